"""Things that happen, known beforehand: which command, how often, on which CPU, as which user."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from typing import overload

from bpflab.arguments import checked, within
from bpflab.arguments.kinds import shown
from bpflab.errors import LabError
from bpflab.workload.child import late, pin
from bpflab.workload.commands import Argument, command_line, execute
from bpflab.workload.ran import Run
from bpflab.workload.steady import Steady

_DEADLINE_S, _SECONDS = 30.0, 60.0


@overload
def run(
    path: Argument,
    *args: Argument,
    times: int = 1,
    cpu: int | None = None,
    uid: int | None = None,
    deadline_s: float = _DEADLINE_S,
) -> Run: ...


@overload
def run(
    path: Argument | Iterable[Argument | tuple[Argument, ...]],
    *args: Argument,
    per_second: float,
    seconds: float = _SECONDS,
) -> Steady: ...


@checked
def run(
    path: Argument | Iterable[Argument | tuple[Argument, ...]],
    *args: Argument,
    times: int = 1,
    cpu: int | None = None,
    uid: int | None = None,
    deadline_s: float = _DEADLINE_S,
    per_second: float | None = None,
    seconds: float = _SECONDS,
) -> Run | Steady:
    """Execute *path* with *args*, *times* times, one after the other; one execve each.

    No shell, no PATH search, and /dev/null for all three streams. With *cpu* the commands run on
    that CPU alone; with *uid* as that user, in that user's own group. An exit status other than 0
    is no error: it is in ``returncodes``. An interrupt or the deadline kills and reaps the command.

    With *per_second* it returns at once, and runs about so many commands a second in the
    background: *path*, or a list of them in turn, where a command with arguments is a tuple. It
    ends after *seconds*, or with ``stop()``, which returns what ran, and raises what went wrong on
    the way. Each command has 5 seconds.

    Raises:
        LabError: ``not-absolute``, ``no-command``, ``no-cpu``, ``privilege`` (another *uid* needs
            CAP_SETUID and CAP_SETGID), ``deadline`` (*deadline_s* is for all *times* together), or
            ``argument``.

    >>> run("/usr/bin/true", times=23)
    Run(23 x /usr/bin/true)
    >>> busy = run(["/usr/bin/true", ("/usr/bin/test", "-d", "/")], per_second=20)
    >>> time.sleep(1)
    >>> busy.stop()
    Run(11 x /usr/bin/true, 10 x /usr/bin/test)
    """
    each = [path] if isinstance(path, str | bytes | os.PathLike) else [*path]
    commands = [one if isinstance(one, tuple) else (one, *args) for one in each]
    if per_second is not None:
        if (times, cpu, uid, deadline_s) != (1, None, None, _DEADLINE_S):
            message = "A run with per_second takes no times, cpu, uid or deadline_s."
            raise LabError("argument", message, fix="It ends after its seconds, or with stop().")
        return Steady([command_line(*command) for command in commands], per_second, seconds)
    if each != [path]:
        raise LabError(
            "argument",
            f"path is {shown(each)}, and must be text, bytes or a path.",
            why="Only a run with per_second takes a list of commands.",
            fix=f"run({', '.join(map(repr, each))})",
        )
    if seconds != _SECONDS:
        message = "seconds is for a run with per_second."
        raise LabError("argument", message, fix="To end it in time, give deadline_s.")
    return _run(command_line(*commands[0]), times, cpu, uid, deadline_s)


def _run(
    command: list[str | bytes], times: int, cpu: int | None, uid: int | None, deadline_s: float
) -> Run:
    within("times", times, 0)
    within("uid", uid or 0, 0, 2**32 - 2)
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
