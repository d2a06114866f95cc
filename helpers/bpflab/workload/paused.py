"""An execve that stops half way: the old program is gone, and the call has not returned.

ptrace(2) with PTRACE_O_TRACEEXEC stops the caller after the new program is in place
(``exec_binprm`` in fs/exec.c), which is between the tracepoints sys_enter_execve and
sys_exit_execve. What lies between the two can so be arranged, and need not be waited for.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.workload import child
from bpflab.workload.commands import Argument, command_line
from bpflab.workload.ran import Run

_SEIZE, _DETACH, _TRACE_EXEC = 0x4206, 17, 0x10  # PTRACE_ of include/uapi/linux/ptrace.h
_STOPPED = signal.SIGTRAP | 4 << 8  # PTRACE_EVENT_EXEC
_WAIT = ["/bin/sh", "-c", 'echo; read -r _; exec "$@" >/dev/null 2>&1', "sh"]
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class PausedExec(child.WaitingChild):
    """One execve of *path* that the reader leads: a process waits, enters, and is let go.

    ``standby(execve=path)`` makes it.

    Used as a context manager: however the block ends, no process is left. *cpu* is where it runs.
    The process is a shell first, and makes one call: the path needs no search.

    Raises:
        LabError: ``not-absolute``, ``no-command``; as the block begins ``no-cpu``, or ``privilege``
            where tracing a child is not allowed.

    >>> with standby(execve="/usr/bin/true", cpu=0) as call:
    ...     call.enter().move(1).leave()
    Run(1 x /usr/bin/true)
    """

    def __init__(self, path: Argument, *args: Argument, cpu: int | None = None) -> None:
        command = command_line(path, *args)
        super().__init__([*_WAIT, *command], cpu)
        self._path = command[0]

    def _prepare(self) -> None:
        super()._prepare()
        self._trace(_SEIZE, _TRACE_EXEC, "be traced")

    def enter(self) -> PausedExec:
        """Let it call execve; return when it stands in the middle of the call.

        Raises:
            LabError: ``deadline``, ``not-paused`` where the call failed or was made already.
        """
        if not self._let_go():
            raise LabError("not-paused", "This execve has been entered already.")
        if self._changed() >> 8 != _STOPPED:
            raise LabError("not-paused", f"{safe_text(self._path, 200)} was not executed.")
        return self

    @checked
    def move(self, cpu: int) -> PausedExec:
        """Allow it *cpu* alone: a process that stands still is there as soon as it goes on."""
        child.pin(self.pid, cpu)
        return self

    def leave(self) -> Run:
        """Let the call return and the program run to its end, for 30 s at most."""
        self._trace(_DETACH, 0, "go on")
        self._finish()
        return Run((self._path,), self.pids, (self._child.returncode,))

    def _trace(self, request: int, data: int, what: str) -> None:
        if _libc.ptrace(request, self.pid, None, data):
            reason = os.strerror(ctypes.get_errno())
            raise LabError(
                "privilege",
                f"The process cannot {what}: {reason}.",
                why="ptrace(2) works on a child only, from the thread that started it.",
            )

    def _changed(self) -> int:
        """Return the status of its next stop or end, within the deadline."""
        ends = time.monotonic() + child.DEADLINE_S
        while time.monotonic() < ends:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                if not os.WIFSTOPPED(status):
                    self._child.returncode = os.waitstatus_to_exitcode(status)
                return status
            time.sleep(0.001)
        raise child.late("The process", child.DEADLINE_S)
