"""The lines of ``bpf_trace_printk``, read without waiting and without taking anybody's."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import weakref
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings.tracepoints import TRACEFS
from bpflab.data.only import Only, process_ids
from bpflab.errors import LabError
from bpflab.files import sweep
from bpflab.interrupts import held_back

_EVENT = Path("events/bpf_trace/bpf_trace_printk/enable")
_MOST_BYTES = 1 << 24  # a program that prints without end must not keep a reader busy without end
_CHUNK = 1 << 16

# kernel/trace/trace_output.c: comm-pid, tgid where option record-tgid is set, [cpu], five flags.
_LINE = re.compile(
    r"^ *.+-(?P<pid>\d+) +(?:\([ \d-]+\) +)?(?P<when>\[\d+\] +\S+ +\d+\.\d+)"
    r": bpf_trace_printk: (?P<message>.*)$"
)
_NOT_OURS = ("#", "CPU:")  # the file's head, and "CPU:1 [LOST 3 EVENTS]"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Line:
    """One line of the trace, as far as a text can tell.

    Attributes:
        pid: the process that ran when a program printed it.
        when: the CPU, five flags and the seconds, as the kernel wrote them.
        message: what the program printed.
        text: the whole line, as the kernel wrote it.
    """

    pid: int
    when: str
    message: str
    text: str


class Trace:
    """A reader of what programs print from now on. Made by `trace`.

    Attributes:
        file: the file that is read: ``trace_pipe`` of an instance of its own, or ``trace``.
        alone: whether it is an instance of its own.
    """

    def __init__(self, folder: Path | None, tracefs: Path) -> None:
        self.alone = folder is not None
        self.file = folder / "trace_pipe" if folder else tracefs / "trace"
        self._lines: list[Line] = []
        self._before: Counter[tuple[int, str, str]] = Counter()
        self._pipe = os.open(self.file, os.O_RDONLY | os.O_NONBLOCK) if folder else None
        self._release = weakref.finalize(self, _release, self._pipe, folder, os.getpid())
        self._take()
        self._lines.clear()  # of an earlier time, and somebody else's

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Read no more; remove the instance. The lines that were read stay."""
        self._release()

    @checked
    def lines(self, only: Only | None = None) -> list[Line]:
        """Return the lines that came since this reader was made, or only those of *only*."""
        if self._release.alive:
            self._take()
        pids = None if only is None else set(process_ids(only).tolist())
        return [line for line in self._lines if pids is None or line.pid in pids]

    @checked
    def frame(self, only: Only | None = None) -> pd.DataFrame:
        """Return them as a DataFrame: columns ``pid``, ``when``, ``message``."""
        columns = ["pid", "when", "message"]
        return pd.DataFrame([vars(line) for line in self.lines(only)], columns=columns)

    def _take(self) -> None:
        """Add what is new: the pipe gives each line once, the file gives all of them each time."""
        if self._pipe is not None:
            self._lines += parse(_read(self._pipe))
            return
        with self.file.open("rb", buffering=0) as file:
            lines = parse(_read(file.fileno()))
        now: Counter[tuple[int, str, str]] = Counter()
        for line in lines:
            key = (line.pid, line.when, line.message)  # the text's comm may change meanwhile
            now[key] += 1
            if now[key] > self._before[key]:
                self._lines.append(line)
        self._before = now


def trace() -> Trace:
    """Return a reader of the lines that programs print from now on, to be used in a ``with`` block.

    ``bpf_trace_printk`` writes to the machine's one trace buffer, whose ``trace_pipe`` gives each
    line away once. Who may make directories in tracefs (root) gets an *instance*: a buffer that
    the same lines are copied to (the tracepoint ``bpf_trace:bpf_trace_printk``, since Linux 5.9),
    for this reader alone. Who may only read gets the file ``trace``, which shows the machine's
    buffer and leaves it as it is; a line that a reader of ``trace_pipe`` got is missing.

    Raises:
        LabError: ``no-trace`` where neither is open to this user.

    >>> with inspect.trace() as lines, program.attached():
    ...     run("/usr/bin/true")
    ...     lines.frame()
    """
    if not os.access(TRACEFS / "trace", os.R_OK):
        raise LabError(
            "no-trace",
            "The trace buffer cannot be read.",
            why=f"{TRACEFS}/trace is not there, or this user may not read it.",
            fix="./lab mounts tracefs and lets its group read it; ./lab doctor looks at it.",
        )
    with held_back():
        return Trace(_instance(TRACEFS), TRACEFS)


def parse(text: str) -> list[Line]:
    """Return the lines of *text*, the content of ``trace`` or ``trace_pipe``.

    What does not look like a line of its own belongs to the message before it: a message may hold
    newlines. So it may also hold what looks like a line; nothing in a text can tell.

    >>> parse("  true-42  [001] ...21  7.000500: bpf_trace_printk: Hello World!")[0].message
    'Hello World!'
    """
    found: list[Line] = []
    for row in text.removesuffix("\n").split("\n"):
        if match := _LINE.match(row):
            found.append(Line(int(match["pid"]), match["when"], match["message"], row))
        elif found and not row.startswith(_NOT_OURS):
            found[-1] = replace(found[-1], message=f"{found[-1].message}\n{row}")
    return found


def _read(fd: int) -> str:
    """Return what there is, up to a bound: a program may print faster than we read."""
    found = bytearray()
    with contextlib.suppress(BlockingIOError):
        while len(found) < _MOST_BYTES and (part := os.read(fd, _CHUNK)):
            found += part
    return found.decode("utf-8", "backslashreplace")


def _instance(tracefs: Path) -> Path | None:
    """Make a trace buffer that gets a copy of each line, or None where that is not allowed."""
    sweep(tracefs / "instances", "bpflab-", Path.rmdir)  # each is a buffer of its own
    folder = tracefs / "instances" / f"bpflab-{os.getpid()}-{next(_numbers)}"
    try:
        folder.mkdir()
        (folder / _EVENT).write_text("1")
    except OSError:
        with contextlib.suppress(OSError):
            folder.rmdir()
        return None
    return folder


def _release(pipe: int | None, folder: Path | None, owner: int) -> None:
    if pipe is not None:
        os.close(pipe)
    if folder is not None and os.getpid() == owner:  # a forked child owns nothing
        with contextlib.suppress(OSError):
            folder.rmdir()
