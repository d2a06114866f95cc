"""A background of known commands, so that something happens on a quiet machine."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial

from bpflab.workload import Argument, Run, checked, execute_once, late_error

_STEADY_DEADLINE_S = 5.0  # for one command: leaving the block waits no longer than this


class Steady:
    """A run that is still growing; any thread may ask it. `steady` makes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._run = Run((), (), (), 0.0)
        self._fault: Exception | None = None

    def so_far(self) -> Run:
        """Return what has run by now; the last command's exit status may still be missing."""
        with self._lock:
            return self._run

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids by now, in the order in which they started."""
        return self.so_far().pids

    def __len__(self) -> int:
        return len(self.pids)

    def __contains__(self, pid: object) -> bool:
        return pid in self.pids

    def _add(self, part: Run) -> None:
        with self._lock:
            self._run += part

    def _work(
        self,
        commands: list[list[str | bytes]],
        interval: float,
        stop: threading.Event,
        seconds: float,
    ) -> None:
        due = began = time.monotonic()
        turn = 0
        while not stop.wait(max(due - time.monotonic(), 0)) and time.monotonic() < began + seconds:
            command = commands[turn % len(commands)]
            started = time.monotonic()
            try:
                late = late_error(command, _STEADY_DEADLINE_S, "")
                code = execute_once(
                    command, None, _STEADY_DEADLINE_S, late, partial(self._began, command)
                )
            except Exception as fault:
                self._fault = fault
                break
            self._add(Run((), (), (code,), time.monotonic() - started))
            turn += 1
            due = max(due + interval, time.monotonic())  # what is late is late: no burst

    def _began(self, command: list[str | bytes], pid: int) -> None:
        self._add(Run((command[0],), (pid,), (), 0.0))


@contextlib.contextmanager
def steady(
    paths: Argument | Iterable[Argument | tuple[Argument, ...]],
    per_second: float,
    seconds: float | None = None,
) -> Iterator[Steady]:
    """Run *paths* in turn, about *per_second* a second, until the block ends or *seconds* passed.

    A command with arguments is a tuple. The block gets a `Steady`, whose pids grow; when the block
    has ended, nothing runs any more. Each command has 5 seconds.

    Raises:
        LabError: as `run` does; what goes wrong on the way comes when the block ends.

    >>> with steady(["/usr/bin/true", ("/usr/bin/test", "-d", "/")], per_second=20) as busy:
    ...     time.sleep(1)
    >>> busy.so_far()
    Run(11 x /usr/bin/true, 10 x /usr/bin/test)
    """
    entries = [paths] if isinstance(paths, str | bytes | os.PathLike) else paths
    commands = [checked(*(e if isinstance(e, tuple) else (e,))) for e in entries]
    if not commands or not per_second > 0:
        raise ValueError("steady needs a command and a rate above 0")
    live, stop = Steady(), threading.Event()
    bound = float("inf") if seconds is None else seconds
    worker = threading.Thread(
        target=live._work, args=(commands, 1 / per_second, stop, bound), daemon=True
    )
    try:
        worker.start()
        yield live
    finally:
        stop.set()
        if worker.ident is not None:
            worker.join()
    if live._fault is not None:
        raise live._fault
