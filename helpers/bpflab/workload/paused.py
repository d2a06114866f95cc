"""An execve that stops half way: the old program is gone, and the call has not returned.

ptrace(2) with PTRACE_O_TRACEEXEC stops the caller after the new program is in place
(``exec_binprm`` in fs/exec.c), which is between the tracepoints sys_enter_execve and
sys_exit_execve. What lies between the two can so be arranged, and need not be waited for.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import time

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text
from bpflab.workload.commands import Argument, command_line
from bpflab.workload.runs import Run

_SEIZE, _DETACH, _TRACE_EXEC = 0x4206, 17, 0x10  # PTRACE_ of include/uapi/linux/ptrace.h
_STOPPED = signal.SIGTRAP | 4 << 8  # PTRACE_EVENT_EXEC
_DEADLINE_S = 10.0
_WAIT = ["/bin/sh", "-c", 'echo; read -r _; exec "$@" >/dev/null', "sh"]
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


class PausedExec:
    """One execve of *path* that the reader leads: a process waits, enters, and is let go.

    Used as a context manager: however the block ends, no process is left. *cpu* is where it runs.

    >>> with PausedExec("/usr/bin/true", cpu=0) as call:
    ...     call.enter().move(1).leave()
    Run(1 x /usr/bin/true)
    """

    @checked
    def __init__(self, path: Argument, *args: Argument, cpu: int | None = None) -> None:
        """Start the process that will make the call; a shell, so the path needs no search.

        Raises:
            LabError: ``not-absolute``, ``no-command``, ``no-cpu``; ``privilege``, where tracing a
                child is not allowed.
        """
        self._command = command_line(path, *args)
        self._began = time.monotonic()
        with held_back():
            self._child = subprocess.Popen(
                [*_WAIT, *self._command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        try:
            if cpu is not None:
                self.move(cpu)
            self._ready()
            self._trace(_SEIZE, _TRACE_EXEC, "be traced")
        except BaseException:
            self._end()
            raise

    @property
    def pids(self) -> tuple[int, ...]:
        """The process id, as a `Run` has it: ``frame(call)`` shows the events of this call."""
        return (self._child.pid,)

    def enter(self) -> PausedExec:
        """Let it call execve; return when it stands in the middle of the call.

        Raises:
            LabError: ``deadline``, ``not-paused`` where the call failed or was made already.
        """
        pipe = self._child.stdin
        if pipe is None or pipe.closed:
            raise LabError("not-paused", "This execve has been entered already.")
        pipe.close()
        status = self._changed()
        if status >> 8 != _STOPPED:
            self._end()
            raise LabError("not-paused", f"{safe_text(self._command[0], 200)} was not executed.")
        return self

    @checked
    def move(self, cpu: int) -> PausedExec:
        """Allow it *cpu* alone: a process that stands still is there as soon as it goes on."""
        try:
            os.sched_setaffinity(self._child.pid, {cpu})
        except (OSError, ValueError, OverflowError):
            raise LabError("no-cpu", f"CPU {cpu} is not there.") from None
        return self

    def leave(self) -> Run:
        """Let the call return and the program run to its end."""
        self._trace(_DETACH, 0, "go on")
        try:
            self._child.wait(_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._end()
            raise self._late("ended") from None
        took = time.monotonic() - self._began
        return Run((self._command[0],), self.pids, (self._child.returncode,), took)

    def __enter__(self) -> PausedExec:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _ready(self) -> None:
        """Wait for the shell's line: until then it may still be in an execve of its own."""
        with self._child.stdout as said:  # type: ignore[union-attr]  # a pipe: we asked for one
            if not select.select([said], [], [], _DEADLINE_S)[0]:
                raise self._late("started")

    def _trace(self, request: int, data: int, what: str) -> None:
        if _libc.ptrace(request, self._child.pid, None, data):
            reason = os.strerror(ctypes.get_errno())
            raise LabError(
                "privilege",
                f"The process cannot {what}: {reason}.",
                why="ptrace(2) works on a child only, from the thread that started it.",
            )

    def _changed(self) -> int:
        """Return the status of the child's next stop or end, within the deadline."""
        ends = time.monotonic() + _DEADLINE_S
        while time.monotonic() < ends:
            pid, status = os.waitpid(self._child.pid, os.WNOHANG)
            if pid:
                return status
            time.sleep(0.001)
        self._end()
        raise self._late("in the middle of its execve")

    def _end(self) -> None:
        """Kill the process and collect it.

        Not by Popen: its ``poll`` takes a stop that ptrace reports for the end, and then
        ``kill`` sends no signal.
        """
        with held_back():
            if self._child.returncode is None:
                try:
                    os.kill(self._child.pid, signal.SIGKILL)
                    while os.WIFSTOPPED(status := os.waitpid(self._child.pid, 0)[1]):
                        pass
                    self._child.returncode = os.waitstatus_to_exitcode(status)
                except (ProcessLookupError, ChildProcessError):  # `_changed` collected it
                    self._child.poll()
            for pipe in (self._child.stdin, self._child.stdout):
                if pipe:
                    pipe.close()

    def _late(self, where: str) -> LabError:
        name = safe_text(self._command[0], 200)
        return LabError("deadline", f"{name} was not {where} after {_DEADLINE_S:g} s.")
