"""A process whose pid is known before it does anything: it waits until it is started."""

from __future__ import annotations

import contextlib
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text

_PAUSE_S = 0.001
_CHILD = """
import gc, os, sys
setup, code, cpu = sys.argv[1:]
if cpu:
    os.sched_setaffinity(0, [int(cpu)])
sign, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
os.dup2(nothing, 1)
os.close(nothing)
space = {"__name__": "__main__"}
exec(compile(setup, "setup", "exec"), space)
code = compile(code, "code", "exec")
gc.disable()
os.write(sign, b"!")
os.close(sign)
if os.read(0, 1):
    exec(code, space)
os._exit(0)
"""


class Standby:
    """A Python process that waits for its start. `standby` makes it.

    Attributes:
        pid: its process id; it stays the same if its code executes another program.
    """

    def __init__(self, command: list[str], deadline_s: float) -> None:
        self._deadline_s = deadline_s
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)
        self.pid = self._child.pid

    @property
    def pids(self) -> tuple[int, ...]:
        """Its process id alone, as ``events.frame`` takes it."""
        return (self.pid,)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._child.poll() is None

    def start(self) -> Standby:
        """Let it begin, and return at once; once only.

        Raises:
            LabError: ``standby`` where it was started before, or has ended.
        """
        pipe, self._child.stdin = self._child.stdin, None
        try:
            if pipe is None:
                raise BrokenPipeError
            with pipe:
                pipe.write(b"!")
        except BrokenPipeError:
            raise LabError("standby", "This process was started before, or has ended.") from None
        return self

    def wait(self) -> None:
        """Wait until it has ended.

        Raises:
            LabError: ``standby`` where its code failed, with the last line it said; ``deadline``.
        """
        try:
            _, said = self._child.communicate(timeout=self._deadline_s)
        except subprocess.TimeoutExpired:
            self._end()
            raise self._late() from None
        if self._child.returncode:
            last = said.strip().split(b"\n")[-1]
            status = self._child.returncode
            message = f"The process ended with status {status}."
            raise LabError("standby", message, why=safe_text(last, 300))

    def go(self) -> None:
        """Start it, and wait until it has ended."""
        self.start().wait()

    def _ready(self) -> None:
        """Wait for its sign that all is prepared."""
        assert self._child.stdout is not None
        if not select.select([self._child.stdout], [], [], self._deadline_s)[0]:
            raise self._late()
        if not self._child.stdout.read(1):
            self.wait()
            message = "The process ended before it was started."
            raise LabError("standby", message, why="Its setup ended it, with status 0.")
        # It has said so just before it waits: its last call must have begun when we return.
        ends = time.monotonic() + self._deadline_s
        while not self._asleep():
            if time.monotonic() > ends:
                raise self._late()
            time.sleep(_PAUSE_S)

    def _asleep(self) -> bool:
        stat = Path(f"/proc/{self.pid}/stat").read_bytes()  # pid (comm) state …, proc(5)
        return stat.rpartition(b") ")[2].startswith(b"S")

    def _late(self) -> LabError:
        message = f"The process was ended: not done after {self._deadline_s:g} s."
        return LabError("deadline", message, fix="Make fewer calls, or give a longer deadline_s.")

    def _end(self) -> None:
        with held_back():
            if self._child.returncode is None:
                self._child.kill()
            self._child.wait()
            for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
                if pipe is not None:
                    pipe.close()


@checked
@contextlib.contextmanager
def standby(
    code: str, setup: str = "", *, cpu: int | None = None, deadline_s: float = 30.0
) -> Iterator[Standby]:
    """Start a Python process that has run *setup* and waits with *code*, for a ``with`` block.

    Its pid can be put into a map before it makes the first call. After ``start`` it runs *code*,
    which is compiled by then and sees the names of *setup*, and exits at once: between the start
    and the exit it makes the calls of *code*, and those few that Python makes for memory. With
    *cpu* it runs on that CPU alone. When the block ends, it is ended.

    Raises:
        LabError: ``standby`` where *setup* fails or ends it, ``deadline`` where it takes too long.

    >>> with standby("for _ in range(1000): os.getppid()", "import os") as process:
    ...     program.maps["OWN"].fill(process.pids)
    ...     process.go()
    """
    command = [sys.executable, "-I", "-c", _CHILD, setup, code, "" if cpu is None else str(cpu)]
    process: Standby | None = None
    try:
        with held_back():
            process = _started(command, deadline_s)
        process._ready()
        yield process
    finally:
        if process is not None:
            process._end()


def _started(command: list[str], deadline_s: float) -> Standby:
    try:
        return Standby(command, deadline_s)
    except (OSError, ValueError) as error:  # too long, or a NUL or a lone surrogate in it
        reason = getattr(error, "strerror", None) or error
        raise LabError("standby", f"The process cannot be started: {reason}.") from None
