"""Things that happen, known beforehand: which command, how often, on which CPU, as which user."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from bpflab.arguments import checked, within
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.workload.commands import Argument, command_line, execute_once, late_error


@dataclass(frozen=True, repr=False)
class Run:
    """Commands that ran: one entry an execve, in the order in which they started.

    Attributes:
        paths: what was executed, as it was given.
        pids: the process ids; ``pid in run`` asks for one, ``frame.pid.isin(run.pids)`` for all.
        returncodes: the exit statuses; -N where signal N ended the process.
        seconds: wall time from the first start to the last exit, summed over joined runs.

    Its text names no pid and no time, so that a cell which shows it repeats.

    >>> run("/usr/bin/true", times=23) + run("/usr/bin/false")
    Run(23 x /usr/bin/true, 1 x /usr/bin/false, 1 failed)
    """

    paths: tuple[str | bytes, ...]
    pids: tuple[int, ...]
    returncodes: tuple[int, ...]
    seconds: float

    @property
    def path(self) -> str | bytes:
        """The one path that ran; ValueError where there were several."""
        (only,) = set(self.paths)
        return only

    def __len__(self) -> int:
        return len(self.pids)

    def __contains__(self, pid: object) -> bool:
        return pid in self.pids

    def __add__(self, other: Run) -> Run:
        if not isinstance(other, Run):
            return NotImplemented
        return Run(
            self.paths + other.paths,
            self.pids + other.pids,
            self.returncodes + other.returncodes,
            self.seconds + other.seconds,
        )

    def __repr__(self) -> str:
        names = [safe_text(path, 60) for path in self.paths]
        parts = [f"{names.count(name)} x {name}" for name in dict.fromkeys(names)]
        failed = sum(code != 0 for code in self.returncodes)
        return f"Run({', '.join([*parts, f'{failed} failed'] if failed else parts)})"


@checked
def run(
    path: Argument,
    *args: Argument,
    times: int = 1,
    cpu: int | None = None,
    uid: int | None = None,
    deadline_s: float = 30.0,
) -> Run:
    """Execute *path* with *args*, *times* times, one after the other; one execve each.

    No shell, no PATH search, and /dev/null for all three streams. With *cpu* the commands run on
    that CPU alone; with *uid* as that user, in that user's own group. An exit status other than 0
    is no error: it is in ``returncodes``. An interrupt or the deadline kills and reaps the command.

    Raises:
        LabError: ``not-absolute``, ``no-command``, ``no-cpu``, ``privilege`` (another *uid* needs
            CAP_SETUID and CAP_SETGID), or ``deadline`` (*deadline_s* is for all *times* together).

    >>> run("/usr/bin/true", times=23)
    Run(23 x /usr/bin/true)
    """
    within("times", times, 0)
    within("uid", uid or 0, 0, 2**32 - 2)
    command = command_line(path, *args)
    pids: list[int] = []
    codes: list[int] = []
    began = time.monotonic()
    cpus = os.sched_getaffinity(0)
    try:
        if cpu is not None:
            _pin(cpu, cpus)
        while len(codes) < times:
            left = began + deadline_s - time.monotonic()
            late = late_error(command, deadline_s, f"{len(codes)} of {times} runs were complete.")
            codes.append(execute_once(command, uid, left, late, pids.append))
    finally:
        if cpu is not None:
            os.sched_setaffinity(0, cpus)
    paths = (command[0],) * len(pids)
    return Run(paths, tuple(pids), tuple(codes), time.monotonic() - began)


def _pin(cpu: int, allowed: set[int]) -> None:
    """Keep this thread, and so the children it starts, on one CPU."""
    try:
        os.sched_setaffinity(0, {cpu})
    except (OSError, ValueError, OverflowError):
        there = ", ".join(map(str, sorted(allowed)))
        message = f"CPU {cpu} is not there to run on."
        raise LabError("no-cpu", message, fix=f"Take one of these: {there}.") from None
