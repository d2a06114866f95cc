"""Things that happen, known beforehand: which command, how often, on which CPU, as which user."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text

Argument = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_STEADY_DEADLINE_S = 5.0  # for one command: leaving the block waits no longer than this


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
    command = _checked(path, *args)
    pids, codes = [], []
    began = time.monotonic()
    with _pinned(cpu):
        for done in range(times):
            left = began + deadline_s - time.monotonic()
            late = _late(command, deadline_s, f"{done} of {times} runs were complete.")
            if left <= 0:
                raise late
            with _child(command, uid) as child:
                pids.append(child.pid)
                codes.append(_exit_status(child, left, late))
    paths = (command[0],) * len(pids)
    return Run(paths, tuple(pids), tuple(codes), time.monotonic() - began)


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
            try:
                self._execute(commands[turn % len(commands)])
            except Exception as fault:
                self._fault = fault
                break
            turn += 1
            due = max(due + interval, time.monotonic())  # what is late is late: no burst

    def _execute(self, command: list[str | bytes]) -> None:
        began = time.monotonic()
        with _child(command, None) as child:
            self._add(Run((command[0],), (child.pid,), (), 0.0))
            late = _late(command, _STEADY_DEADLINE_S, "")
            code = _exit_status(child, _STEADY_DEADLINE_S, late)
        self._add(Run((), (), (code,), time.monotonic() - began))


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
    Run(10 x /usr/bin/true, 10 x /usr/bin/test)
    """
    entries = [paths] if isinstance(paths, str | bytes | os.PathLike) else paths
    commands = [_checked(*(e if isinstance(e, tuple) else (e,))) for e in entries]
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


@contextlib.contextmanager
def _child(command: list[str | bytes], uid: int | None) -> Iterator[subprocess.Popen[bytes]]:
    """Start *command*; however the block ends, leave no process and no zombie."""
    child: subprocess.Popen[bytes] | None = None
    try:
        with held_back():
            child = _start(command, uid)
        yield child
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


def _exit_status(child: subprocess.Popen[bytes], seconds: float, late: LabError) -> int:
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise late from None


def _late(command: list[str | bytes], deadline_s: float, why: str) -> LabError:
    return LabError(
        "deadline",
        f"{safe_text(command[0], 200)} was ended: not done after {deadline_s:g} s.",
        why=why,
        fix="A command that ends by itself, or a longer deadline.",
    )


def _checked(path: Argument, *args: Argument) -> list[str | bytes]:
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


@contextlib.contextmanager
def _pinned(cpu: int | None) -> Iterator[None]:
    """Keep this thread, and so the children it starts, on one CPU."""
    if cpu is None:
        yield
        return
    before = os.sched_getaffinity(0)
    try:
        try:
            os.sched_setaffinity(0, {cpu})
        except (OSError, ValueError, OverflowError):
            there = ", ".join(map(str, sorted(before)))
            message = f"CPU {cpu} is not there to run on."
            raise LabError("no-cpu", message, fix=f"Take one of these: {there}.") from None
        yield
    finally:
        os.sched_setaffinity(0, before)
