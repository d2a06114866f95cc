"""Things that happen, known beforehand: which command, how often, on which CPU, as which user."""

from __future__ import annotations

import errno
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text

Argument = str | bytes | os.PathLike[str] | os.PathLike[bytes]


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
    command = checked(path, *args)
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


def execute_once(
    command: list[str | bytes],
    uid: int | None,
    seconds: float,
    late: LabError,
    started: Callable[[int], None],
) -> int:
    """Run *command* to its end; however this ends, leave no process and no zombie.

    One function on purpose: an interrupt between a context manager and its block would leave both.
    """
    if seconds <= 0:
        raise late
    child: subprocess.Popen[bytes] | None = None
    try:
        with held_back():
            child = _start(command, uid)
            started(child.pid)
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise late from None
    finally:
        if child is not None and child.returncode is None:
            with held_back():
                child.kill()
                child.wait()


def _start(command: list[str | bytes], uid: int | None) -> subprocess.Popen[bytes]:
    # A path with a slash: subprocess makes one execve call and tries no directory of PATH.
    other = None if uid == os.geteuid() else uid
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=other,
            group=None if other is None else _group(other),
            extra_groups=None if other is None else [],
        )
    except OSError as error:
        if other is not None and error.errno == errno.EPERM:
            raise LabError(
                "privilege",
                f"This process may not run a command as user {uid}.",
                why="To become another user takes CAP_SETUID and CAP_SETGID.",
                fix="Leave uid out, or start the lab as root.",
            ) from None
        if error.errno in (errno.EAGAIN, errno.ENOMEM):
            raise
        reason = os.strerror(error.errno or 0)
        shown = safe_text(command[0], 200)
        raise LabError("no-command", f"{shown} cannot be executed: {reason}.") from None


def _group(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:  # a user without an entry: the group of the same number
        return uid


def late_error(command: list[str | bytes], deadline_s: float, why: str) -> LabError:
    """Return what is raised when *command* was not done in time."""
    return LabError(
        "deadline",
        f"{safe_text(command[0], 200)} was ended: not done after {deadline_s:g} s.",
        why=why,
        fix="A command that ends by itself, or a longer deadline.",
    )


def checked(path: Argument, *args: Argument) -> list[str | bytes]:
    """Return the command, once its path is known to be one that execve takes."""
    name = os.fspath(path)
    file = Path(os.fsdecode(name))
    shown = safe_text(name, 200)
    if not file.is_absolute():
        found = shutil.which(file)
        raise LabError(
            "not-absolute",
            f"{shown!r} is not an absolute path.",
            why="A name is searched along PATH, and each failed try is one more execve call.",
            fix=f"run({str(Path(found).absolute())!r})" if found else "",
        )
    if not file.is_file():
        raise LabError("no-command", f"There is no file {shown}.")
    if not os.access(file, os.X_OK):
        raise LabError("no-command", f"{shown} is not executable.", fix=f"chmod +x {shown}")
    return [name, *(os.fspath(arg) for arg in args)]


def _pin(cpu: int, allowed: set[int]) -> None:
    """Keep this thread, and so the children it starts, on one CPU."""
    try:
        os.sched_setaffinity(0, {cpu})
    except (OSError, ValueError, OverflowError):
        there = ", ".join(map(str, sorted(allowed)))
        message = f"CPU {cpu} is not there to run on."
        raise LabError("no-cpu", message, fix=f"Take one of these: {there}.") from None
