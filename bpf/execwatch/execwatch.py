#!/usr/bin/python3
"""Show each command that this machine executes, and each that it fails to execute.

Needs BCC for Python (Debian: python3-bpfcc), and root or CAP_BPF and CAP_PERFMON.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rows import HEADER, Row, Trouble, line, listed

if TYPE_CHECKING:
    from kernel import Watch

LOST = 3  # the exit status


def say(text: str) -> None:
    """Write a line to stderr."""
    print(f"execwatch: {text}", file=sys.stderr, flush=True)


def write(text: str) -> None:
    """Write all of *text* to stdout, in parts if a signal comes while a pipe is full.

    Not by `print`: where Python does not buffer (PYTHONUNBUFFERED) it drops what is left of a part.
    """
    left = text.encode("ascii")
    while left:
        left = left[os.write(sys.stdout.fileno(), left) :]


class Signals:
    """Signals as bytes of a pipe: none of them comes in the middle of other work."""

    def __init__(self, *numbers: int) -> None:
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write)
        for number in numbers:
            signal.signal(number, lambda *_: None)

    def caught(self) -> set[int]:
        """Return which came since the last call."""
        try:
            return set(os.read(self._read, 4096))
        except BlockingIOError:
            return set()


def watch(tool: Watch, given: argparse.Namespace, signals: Signals) -> int:
    """Print rows until the end, then the accounting; return the exit status."""
    count = {"shown": 0, "unread": 0}
    began_ns, ends = time.monotonic_ns(), time.monotonic() + (given.seconds or float("inf"))

    def show(rows: list[Row]) -> None:
        count["unread"] += len(rows)
        write("".join(f"{line(row, began_ns)}\n" for row in rows))
        count["unread"] -= len(rows)
        count["shown"] += len(rows)

    try:
        write("\t".join(HEADER) + "\n")
        while (left := ends - time.monotonic()) > 0:
            caught = signals.caught()
            if caught & {signal.SIGINT, signal.SIGTERM}:
                break
            if signal.SIGHUP in caught:
                replace(tool, given.exclude)
            show(tool.rows(min(100, int(min(left, 1) * 1000) + 1)))
        tool.detach()
        while rest := tool.rows(0):
            show(rest)
    except OSError:  # `execwatch | head`, or a terminal that is gone: nobody reads on
        tool.detach()
        while rest := tool.rows(0):
            count["unread"] += len(rest)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return account(tool, **count)


def account(tool: Watch, shown: int, unread: int) -> int:
    """Say what became of every call; return the exit status."""
    counts = tool.counts()
    seen = counts.pop("seen")
    counts["skipped"] += unread
    unaccounted = seen - shown - sum(counts.values())
    parts = {"seen": seen, "shown": shown} | counts
    parts |= {"unaccounted": unaccounted, "missed": tool.missed()}
    with contextlib.suppress(OSError):
        for name, times in tool.most_frequent():
            print(f"{name}\t{times}", file=sys.stderr)
        print(", ".join(f"{name} {value}" for name, value in parts.items()), file=sys.stderr)
    return LOST if parts["dropped"] or parts["unaccounted"] or parts["missed"] else 0


def replace(tool: Watch, file: str) -> None:
    """Read the file again; where it is bad, the old list stays."""
    try:
        paths = listed(file)
        tool.exclude(paths)
        say(f"{file}: {len(paths)} paths")
    except Trouble as trouble:
        say(str(trouble))


def arguments() -> argparse.Namespace:
    """Return the arguments, or end with the usage and status 2."""
    parser = argparse.ArgumentParser("execwatch", description=__doc__, allow_abbrev=False)
    parser.add_argument("--exclude", metavar="FILE", help="leave out the paths that FILE lists")
    parser.add_argument("--failures", action="store_true", help="show only calls that failed")
    text = "do not count the other system calls of the machine"
    parser.add_argument("--skip-others", action="store_true", help=text)
    parser.add_argument("--seconds", type=float, metavar="N", help="end after N seconds")
    text = "pages of the ring, a power of two (default 64)"
    parser.add_argument("--ring-pages", type=int, default=64, metavar="N", help=text)
    given = parser.parse_args()
    if given.seconds is not None and not 0 < given.seconds < float("inf"):
        parser.error("--seconds: not a number above 0")
    if given.ring_pages < 1 or given.ring_pages & given.ring_pages - 1:
        parser.error("--ring-pages: not a power of two")
    return given


def require_rights() -> None:
    """Raise `Trouble` where the kernel would refuse the programs, before BCC fills the screen."""
    status = dict(each.split(":", 1) for each in Path("/proc/self/status").read_text().splitlines())
    rights = int(status["CapEff"], 16)  # bit 21 is CAP_SYS_ADMIN, 38 CAP_PERFMON, 39 CAP_BPF
    if not rights >> 21 & 1 and not (rights >> 38 & 1 and rights >> 39 & 1):
        raise Trouble(
            "no right to load programs; start it as root, or with CAP_BPF and CAP_PERFMON"
        )
    if not os.access("/sys/kernel/tracing/events/syscalls/sys_enter_execve/format", os.R_OK):
        raise Trouble("/sys/kernel/tracing has no tracepoints, or this user may not read it")


def main() -> int:
    """Do what the arguments say; return the exit status."""
    given = arguments()
    signals = Signals(signal.SIGINT, signal.SIGTERM, *[signal.SIGHUP] * bool(given.exclude))
    try:
        paths = listed(given.exclude) if given.exclude else []
        require_rights()
        try:
            from kernel import Watch
        except ModuleNotFoundError:
            raise Trouble("BCC for Python is missing: apt install python3-bpfcc") from None
        others = not given.skip_others
        tool = Watch(ring_pages=given.ring_pages, failures=given.failures, others=others)
        tool.exclude(paths)
        if given.exclude:
            say(f"{given.exclude}: {len(paths)} paths")
        tool.attach()
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except Exception as error:  # BCC has no class of its own for what it cannot do
        say(f"BCC: {error}")
        return 1
    return watch(tool, given, signals)


if __name__ == "__main__":
    sys.exit(main())
