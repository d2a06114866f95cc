"""What ran: the commands, their process ids and their exit statuses."""

from __future__ import annotations

from dataclasses import dataclass

from bpflab.text import safe_text


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
