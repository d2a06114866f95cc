"""Things that happen, known beforehand: which command, how often, on which CPU, as which user."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

from bpflab.arguments import checked, within
from bpflab.text import safe_text
from bpflab.workload.child import late, pin
from bpflab.workload.commands import Argument, command_line, execute


@dataclass(frozen=True, repr=False)
class Run:
    """Commands that ran: one entry an execve, in the order in which they started.

    Attributes:
        paths: what was executed, as it was given.
        pids: the process ids; ``pid in run`` asks for one, ``frame.pid.isin(run.pids)`` for all.
        returncodes: the exit statuses; -N where signal N ended the process.

    Its text names no pid, so that a cell which shows it repeats.

    >>> run("/usr/bin/true", times=23) + run("/usr/bin/false")
    Run(23 x /usr/bin/true, 1 x /usr/bin/false, 1 failed)
    """

    paths: tuple[str | bytes, ...]
    pids: tuple[int, ...]
    returncodes: tuple[int, ...]

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
    ends = time.monotonic() + deadline_s
    cpus = os.sched_getaffinity(0)
    try:
        if cpu is not None:
            pin(0, cpu)
        while len(codes) < times:
            codes.append(execute(command, ends - time.monotonic(), pids.append, uid))
    except subprocess.TimeoutExpired:
        why = f"{len(codes)} of {times} runs were complete."
        raise late(command[0], deadline_s, why) from None
    finally:
        if cpu is not None:
            os.sched_setaffinity(0, cpus)
    return Run((command[0],) * len(pids), tuple(pids), tuple(codes))
