"""A process whose pid is known before it does anything: it waits until it is started."""

from __future__ import annotations

import sys
from typing import overload

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.workload.child import WaitingChild, last_line
from bpflab.workload.commands import Argument
from bpflab.workload.paused import PausedExec

_CHILD = """
import gc, os, sys
setup, code = sys.argv[1:]
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


class Standby(WaitingChild):
    """A Python process that waits for its start. `standby` makes it."""

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._child.poll() is None

    def start(self) -> Standby:
        """Let it begin, and return at once; once only.

        Raises:
            LabError: ``standby`` where it was started before, or has ended.
        """
        if not self._let_go():
            raise LabError("standby", "This process was started before, or has ended.")
        return self

    def wait(self) -> None:
        """Wait until it has ended, for 30 s at most.

        Raises:
            LabError: ``standby`` where its code failed, with the last line it wrote; ``deadline``.
        """
        errors = self._finish()
        if status := self._child.returncode:
            message = f"The process ended with status {status}."
            raise LabError("standby", message, why=last_line(errors))

    def go(self) -> None:
        """Start it, and wait until it has ended."""
        self.start().wait()


@overload
def standby(code: str, setup: str = "", *, cpu: int | None = None) -> Standby: ...


@overload
def standby(*, execve: Argument | tuple[Argument, ...], cpu: int | None = None) -> PausedExec: ...


@checked
def standby(
    code: str | None = None,
    setup: str = "",
    *,
    execve: Argument | tuple[Argument, ...] | None = None,
    cpu: int | None = None,
) -> Standby | PausedExec:
    """Return a Python process that runs *setup* and waits with *code* while a ``with`` block runs.

    Its pid can be put into a map before it makes the first call. After ``start`` it runs *code*,
    which is compiled by then and sees the names of *setup*, and exits at once: between the start
    and the exit it makes the calls of *code*, and those few that Python makes for memory. With
    *cpu* it runs on that CPU alone. When the block ends, it is ended.

    With *execve*, a path, or a tuple of a path and its arguments, the process waits with this one
    call: ``enter`` lets it begin and stops it in the middle, and ``leave`` lets it end.

    Raises:
        LabError: ``argument``, ``not-absolute``, ``no-command``; as the block begins: ``standby``
            where *setup* fails or ends it, ``deadline`` where it takes over 30 s, ``no-cpu``,
            ``privilege`` where an *execve* cannot be stopped because no child may be traced.

    >>> with standby("for _ in range(1000): os.getppid()", "import os") as process:
    ...     program.maps["OWN"].fill(process.pids)
    ...     process.go()
    >>> with standby(execve="/usr/bin/true", cpu=0) as call:
    ...     call.enter().move(1).leave()
    """
    if (code is None) == (execve is None) or (setup and execve is not None):
        message = "standby takes the code of a process, or the execve that it makes."
        raise LabError("argument", message, fix='standby("os.getppid()", "import os")')
    if execve is not None:
        return PausedExec(*(execve if isinstance(execve, tuple) else (execve,)), cpu=cpu)
    return Standby([sys.executable, "-I", "-c", _CHILD, setup, code or ""], cpu)
