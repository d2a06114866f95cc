"""A background of known commands, so that something happens on a quiet machine."""

from __future__ import annotations

import subprocess
import threading
import time

from bpflab.errors import LabError
from bpflab.workload.child import late
from bpflab.workload.commands import execute
from bpflab.workload.ran import Run

_DEADLINE_S = 5.0  # for one command: stopping waits no longer than this


class Steady:
    """A run that is still growing; any thread may ask it. ``run`` with a rate makes it."""

    def __init__(
        self, commands: list[list[str | bytes]], per_second: float, seconds: float
    ) -> None:
        if not commands or not per_second > 0:
            message = "A run with per_second needs a command, and a rate above 0."
            raise LabError("argument", message)
        self._commands, self._interval, self._seconds = commands, 1 / per_second, seconds
        self._pids: list[int] = []
        self._codes: list[int] = []
        self._fault: Exception | None = None
        self._halt = threading.Event()
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids by now, in the order in which they started."""
        return tuple(self._pids)

    def stop(self) -> Run:
        """Let nothing more run, and return what has run. Raises what went wrong on the way."""
        self._halt.set()
        self._worker.join()
        if self._fault is not None:
            raise self._fault
        turns = len(self._commands)
        paths = tuple(self._commands[n % turns][0] for n in range(len(self._pids)))
        return Run(paths, self.pids, tuple(self._codes))

    def _work(self) -> None:
        due = time.monotonic()
        ends = due + self._seconds
        while not self._halt.wait(max(due - time.monotonic(), 0)) and time.monotonic() < ends:
            command = self._commands[len(self._codes) % len(self._commands)]
            try:
                self._codes.append(execute(command, _DEADLINE_S, self._pids.append))
            except subprocess.TimeoutExpired:
                self._fault = late(command[0], _DEADLINE_S)
                break
            except Exception as fault:
                self._fault = fault
                break
            due = max(due + self._interval, time.monotonic())  # what is late is late: no burst
