"""A background of known commands, so that something happens on a quiet machine."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterable

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.workload.child import late
from bpflab.workload.commands import Argument, command_line, execute
from bpflab.workload.runs import Run

_DEADLINE_S = 5.0  # for one command: stopping waits no longer than this


class Steady:
    """A run that is still growing; any thread may ask it. `steady` makes it."""

    def __init__(self, commands: list[list[str | bytes]], interval: float, seconds: float) -> None:
        self._commands, self._interval, self._seconds = commands, interval, seconds
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


@checked
def steady(
    paths: Argument | Iterable[Argument | tuple[Argument, ...]],
    per_second: float,
    seconds: float = 60.0,
) -> Steady:
    """Start to run *paths* in turn, about *per_second* a second, and return at once.

    It ends after *seconds*, or with ``stop()``; then nothing runs any more. A command with
    arguments is a tuple. Each command has 5 seconds.

    Raises:
        LabError: as `run` does, and ``argument`` without a command or a rate; what goes wrong on
            the way comes from ``stop``.

    >>> busy = steady(["/usr/bin/true", ("/usr/bin/test", "-d", "/")], per_second=20)
    >>> time.sleep(1)
    >>> busy.stop()
    Run(11 x /usr/bin/true, 10 x /usr/bin/test)
    """
    entries = [paths] if isinstance(paths, str | bytes | os.PathLike) else paths
    commands = [command_line(*(e if isinstance(e, tuple) else (e,))) for e in entries]
    if not commands or not per_second > 0:
        raise LabError("argument", "steady needs a command, and a rate above 0.")
    return Steady(commands, 1 / per_second, seconds)
