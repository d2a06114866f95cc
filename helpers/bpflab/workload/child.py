"""A child process: kept on a CPU, made to wait for its start, and ended whatever comes."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text

DEADLINE_S = 30.0
_PAUSE_S = 0.001


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill *child* if it still runs, collect it, and close its pipes.

    Not by Popen: its ``poll`` takes a stop that ptrace reports for the end, and then ``kill`` sends
    no signal.
    """
    with held_back():
        if child.returncode is None:
            try:
                os.kill(child.pid, signal.SIGKILL)
                while os.WIFSTOPPED(status := os.waitpid(child.pid, 0)[1]):
                    pass
                child.returncode = os.waitstatus_to_exitcode(status)
            except (ProcessLookupError, ChildProcessError):  # somebody else collected it
                child.poll()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def pin(pid: int, cpu: int) -> None:
    """Allow process *pid* (0: this thread, and the children that it starts) *cpu* alone.

    Raises:
        LabError: ``no-cpu``, with the CPUs that there are.
    """
    try:
        os.sched_setaffinity(pid, {cpu})
    except (OSError, ValueError, OverflowError):
        there = ", ".join(map(str, sorted(os.sched_getaffinity(0))))
        message = f"CPU {cpu} is not there to run on."
        raise LabError("no-cpu", message, fix=f"Take one of these: {there}.") from None


def last_line(errors: bytes) -> str:
    """Return the last line that a process wrote, made safe: the one that says what went wrong."""
    return safe_text(errors.strip().split(b"\n")[-1], 300)


def late(command: str | bytes, deadline_s: float, why: str = "") -> LabError:
    """Return what is raised where *command* was not done in time."""
    return LabError(
        "deadline",
        f"{safe_text(command, 200)} was ended: it had not finished after {deadline_s:g} s.",
        why=why,
        fix="Give it less to do, or a longer deadline.",
    )


class WaitingChild:
    """A process that waits for its start in a ``with`` block; it is ended with the block.

    *command* writes a byte when it is ready, and goes on when it can read one.
    """

    _child: subprocess.Popen[bytes]

    def __init__(self, command: list[str | bytes], cpu: int | None) -> None:
        self._command, self._cpu = command, cpu

    @property
    def pid(self) -> int:
        """Its process id; it stays the same if it executes another program."""
        return self._child.pid

    @property
    def pids(self) -> tuple[int, ...]:
        """Its process id alone: ``frame(process)`` shows its events."""
        return (self.pid,)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            with held_back():
                self._child = _started(self._command)
                undo.callback(end, self._child)
            if self._cpu is not None:
                pin(self.pid, self._cpu)
            self._prepare()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        end(self._child)

    def _prepare(self) -> None:
        """Wait until it is ready, and asleep in its read: its last call has then begun."""
        ends = time.monotonic() + DEADLINE_S
        assert self._child.stdout is not None
        if not select.select([self._child.stdout], [], [], DEADLINE_S)[0]:
            raise late("The process", DEADLINE_S)
        if not self._child.stdout.read(1):
            why = last_line(self._finish()) or "Its setup ended it, with status 0."
            raise LabError("standby", "The process ended before it was started.", why=why)
        while not self._asleep():
            if time.monotonic() > ends:
                raise late("The process", DEADLINE_S)
            time.sleep(_PAUSE_S)

    def _asleep(self) -> bool:
        stat = Path(f"/proc/{self.pid}/stat").read_bytes()  # pid (comm) state …, proc(5)
        return stat.rpartition(b") ")[2].startswith(b"S")

    def _let_go(self) -> bool:
        """Let it go on; return False where it was let go before, or has ended."""
        pipe, self._child.stdin = self._child.stdin, None
        if pipe is None:
            return False
        with contextlib.suppress(BrokenPipeError), pipe:
            return pipe.write(b"!") == 1
        return False

    def _finish(self) -> bytes:
        """Wait until it has ended; return what it wrote on its standard error.

        Raises:
            LabError: ``deadline``.
        """
        try:
            return self._child.communicate(timeout=DEADLINE_S)[1]
        except subprocess.TimeoutExpired:
            end(self._child)
            raise late("The process", DEADLINE_S) from None


def _started(command: list[str | bytes]) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
    except (OSError, ValueError) as error:  # too long, or a NUL or a lone surrogate in it
        reason = getattr(error, "strerror", None) or error
        raise LabError("standby", f"The process cannot be started: {reason}.") from None
