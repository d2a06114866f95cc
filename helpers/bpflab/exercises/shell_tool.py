"""A learner's tool for the shell: started as a process, and judged by what it prints."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bpflab.exercises.calls import unused
from bpflab.exercises.clauses import Clauses
from bpflab.exercises.exercise import Wrong
from bpflab.exercises.outcomes import PYTHON, TRY
from bpflab.exercises.trial import paths, times
from bpflab.paths import ROOT
from bpflab.text import safe_text
from bpflab.workload.child import end
from bpflab.workload.runs import run

_START_S, _END_S = 30.0, 10.0  # a compile on a slow machine; what is left to print
_ROW_S = 5.0
_PINS = Path("/sys/fs/bpf")
_ACCOUNT = re.compile(r"(\w+) (\d+)")


class Tool:
    """The tool as a process, whose output goes to files: it never waits for a reader.

    Attributes:
        status: its exit status, once `wait` saw its end.
    """

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self._out, self._errors = folder / "stdout", folder / "stderr"
        with self._out.open("wb") as out, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors, start_new_session=True
            )
        self.status: int | None = None

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def lines(self) -> list[str]:
        """Return the lines of stdout so far."""
        return self._out.read_text(errors="replace").splitlines()

    def errors(self) -> list[str]:
        """Return the lines of stderr so far."""
        return self._errors.read_text(errors="replace").splitlines()

    def first_line(self, seconds: float) -> str:
        """Wait for the first line of stdout, at most so long; return it, or nothing."""
        ends = time.monotonic() + seconds
        while not self.lines() and self.running and time.monotonic() < ends:
            time.sleep(0.02)
        return (self.lines() or [""])[0]

    def said(self) -> str:
        """Return a sentence with the last line of stderr, or nothing."""
        return f" On stderr: {safe_text(self.errors()[-1], 150)}" if self.errors() else ""

    def header(self) -> list[str]:
        """Wait for the first line of stdout; return its columns.

        Raises:
            Wrong: none came, or it has no column RET or PATH.
        """
        columns = self.first_line(_START_S).split("\t")
        if missing := {"RET", "PATH"} - {*columns}:
            names = " and ".join(sorted(missing))
            raise Wrong(f"The tool printed no header with the column {names}.{self.said()}")
        return columns

    def signal(self, number: int) -> None:
        """Send it a signal, as Ctrl-C and `kill` do."""
        self._process.send_signal(number)

    def wait(self) -> None:
        """Wait for its end, not for ever."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.status = self._process.wait(_END_S)

    def kill(self) -> None:
        """End it, whatever it does."""
        end(self._process)


def judged(answer: object) -> str:
    """Let the tool watch successes, failures and a list that changes; then end it by Ctrl-C."""
    clauses, count = Clauses(), times()
    missing, other = unused(2)
    with tempfile.TemporaryDirectory() as name, paths(count=2) as (good, hidden):
        folder, pins = Path(name), _pinned()
        file, command = folder / "list", _command(answer, folder)
        file.write_text(f"{hidden}\n{missing}\n", encoding="utf-8")
        with started([*command, "--exclude", str(file)], folder) as tool:
            columns = tool.header()
            run(good, times=count), run(hidden, times=count)
            run(*PYTHON, TRY, missing, other)
            _until(lambda: any(other in line for line in tool.lines()))
            first = len(tool.lines())
            file.write_text(f"{good}\n", encoding="utf-8")
            tool.signal(signal.SIGHUP)
            _until(lambda: bool(_tried(tool, good, hidden)))
            second = [line for line in tool.lines()[first:] if hidden in line]
            tool.signal(signal.SIGINT)
            tool.wait()
            rows = [
                dict(zip(columns, line.split("\t"), strict=False)) for line in tool.lines()[1:first]
            ]
            seen = [(row.get("RET"), row.get("PATH")) for row in rows]
            account = dict(_ACCOUNT.findall((tool.errors() or [""])[-1]))
        clauses.check(
            "a row for each success, RET 0",
            lambda: (count, seen.count(("0", good))),
        )
        clauses.check(
            "a row for each failure, RET the name of its errno",
            lambda: (["ENOENT"], [ret for ret, path in seen if path == other]),
        )
        clauses.check(
            "--exclude FILE: no row for a path that FILE lists",
            lambda: (0, sum(path in (hidden, missing) for _, path in seen)),
        )
        clauses.check("SIGHUP: FILE is read again", lambda: (True, bool(second)))
        clauses.check("Ctrl-C: exit status 0", lambda: (0, tool.status))
        clauses.check(
            "the last line of stderr: seen N, shown N, excluded N, dropped N, unaccounted 0",
            lambda: _adds_up(account, count + 1),
        )
        clauses.check("nothing is left pinned", lambda: ([], sorted(_pinned() - pins)))
        clauses.check(
            "a wrong argument: usage on stderr, status 2", lambda: _usage(command, folder)
        )
    clauses.verdict()
    return f"It showed {count} successes and a failure, read its list again, and left nothing."


def _command(answer: object, folder: Path) -> list[str]:
    """Return the command of an answer: a file, a list of words, or the text of a program.

    Raises:
        Wrong: it is none of them, or there is no such file.
    """
    if isinstance(answer, list | tuple) and answer:
        return [str(word) for word in answer]
    if isinstance(answer, str) and "\n" in answer:
        (folder / "tool.py").write_text(answer, encoding="utf-8")
        return [sys.executable, str(folder / "tool.py")]
    if not isinstance(answer, str | Path) or not str(answer):
        raise Wrong("The answer is the name of a file, such as 'execwatch/execwatch.py'.")
    file = next((p for p in (Path(answer).absolute(), ROOT / answer) if p.is_file()), None)
    if file is None:
        here = safe_text(str(Path.cwd()), 100)
        raise Wrong(f"There is no file {safe_text(str(answer), 100)} in {here}.")
    return [str(file)] if os.access(file, os.X_OK) else [sys.executable, str(file)]


@contextlib.contextmanager
def started(command: Sequence[str], folder: Path) -> Iterator[Tool]:
    """Give a block the tool as a process, which ends with the block at the latest.

    Raises:
        Wrong: it cannot be started.
    """
    try:
        tool = Tool(command, folder)
    except OSError as error:
        text = f"{safe_text(command[0], 100)} cannot be started: {error.strerror}."
        raise Wrong(text) from None
    try:
        yield tool
    finally:
        tool.kill()


def _until(done: Callable[[], bool]) -> None:
    """Wait until *done* says so, not for ever."""
    ends = time.monotonic() + _ROW_S
    while not done() and time.monotonic() < ends:
        time.sleep(0.05)


def _tried(tool: Tool, good: str, hidden: str) -> bool:
    """Execute both paths; return whether the second has a row by now, and the first none."""
    before = len(tool.lines())
    run(good), run(hidden)
    time.sleep(0.3)
    new = tool.lines()[before:]
    return any(hidden in line for line in new) and not any(good in line for line in new)


def _pinned() -> set[str]:
    with contextlib.suppress(OSError):
        return {each.name for each in _PINS.iterdir()}
    return set()


def _adds_up(account: dict[str, str], listed: int) -> tuple[object, object]:
    """Compare what was seen with what became of it; so many calls at least were in the list."""
    count = {name: int(number) for name, number in account.items()}
    if missing := {"seen", "shown", "excluded", "dropped", "unaccounted"} - {*count}:
        raise Wrong(f"There is no count of {', '.join(sorted(missing))}.")
    parts = sum(count.get(name, 0) for name in ("shown", "excluded", "skipped", "dropped"))
    expected = f"seen {count['seen']}, excluded {listed} or more, unaccounted 0"
    excluded = f"{listed} or more" if count["excluded"] >= listed else str(count["excluded"])
    return expected, f"seen {parts}, excluded {excluded}, unaccounted {count['unaccounted']}"


def _usage(command: Sequence[str], folder: Path) -> tuple[object, object]:
    with started([*command, "--no-such-option"], folder) as tool:
        tool.wait()
        text = "\n".join(tool.errors()).lower()
        return ("usage", 2), ("usage" if "usage" in text else text[:40], tool.status)
