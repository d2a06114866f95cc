"""The exercises of lesson 01: lines that name a process, and the name of a hook."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from bpflab import inspect
from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import MISSING, Trial, times
from bpflab.exercises.users import as_users, this_user
from bpflab.programs.loading import load
from bpflab.workload.runs import run
from bpflab.workload.standby import standby

_TRUE = "/usr/bin/true"
_SHOWN = 5  # lines that a verdict shows
_THREAD = f"""
import os, threading
begin = threading.Event()
def execute():
    begin.wait()
    os.execv({_TRUE!r}, ["true"])
thread = threading.Thread(target=execute)
thread.start()
"""


@of_program(
    "01-1",
    "bpf_get_current_pid_tgid() returns 64 bits: two numbers, of which you want the upper one.",
    "Shift it right by 32 bits, into a u32.",
)
def process(trial: Trial) -> str:
    """Execute a command in some processes, one of them from a thread; each has its line."""
    return _said(trial, lambda pid, _: f"Hello, process {pid}")


@of_value("01-2", "Each system call has a tracepoint syscalls:sys_enter_NAME.")
def hook(answer: object) -> str:
    """Attach lesson 01's program there, and make the call a number of times."""
    if not isinstance(answer, str):
        raise Wrong("The answer is the name of a tracepoint, as text.")
    calls = times(3, 9)
    with inspect.trace() as trace, load("hello/hello", label="01-2") as hello:
        try:
            with hello.attached(hello=answer):
                for _ in range(calls):
                    os.getppid()
        except LabError as error:
            if error.kind != "no-tracepoint":
                raise
            raise Wrong("There is no tracepoint of that name.") from None
        said = sum(line.pid == os.getpid() for line in trace.lines())
    if said != calls:
        raise Wrong("Hello is not said once for each call.", [("os.getppid()", calls, said)])
    return f"{calls} calls, and hello was said {said} times."


@of_program(
    "01-3",
    "Each of the two helpers returns two numbers in 64 bits. Which half holds which?",
    "A thread has a number of its own, and a group has one, too.",
)
def process_and_user(trial: Trial) -> str:
    """As 01-1, with the user, who is another one where this process may choose."""
    return _said(trial, lambda pid, uid: f"Hello, process {pid} of user {uid}")


def _said(trial: Trial, line: Callable[[int, int], str]) -> str:
    """Execute commands, and look for the line of each process.

    It must be the only one, unless other programs print lines for commands as well.

    Raises:
        Wrong: with the lines that there are not.
    """
    with (
        standby("begin.set(); thread.join()", _THREAD) as child,
        inspect.trace() as trace,
    ):
        loud = trace.lines(run(_TRUE))  # of other programs
        with trial.attached():
            (pid,) = child.pids
            (thread,) = {int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()} - {pid}
            mine, users = as_users(_TRUE, times())
            child.go()
            lines = trace.lines()
    pairs = [(each.pid, each.message.rstrip("\n")) for each in lines]
    said, last = set(pairs), dict(pairs)
    wants = [
        (f"process {one}", one, line(one, uid)) for one, uid in zip(mine.pids, users, strict=True)
    ]
    wants.append((f"process {pid}, by its thread {thread}", thread, line(pid, this_user())))
    rows = [
        (who, right, right if (task, right) in said else last.get(task, MISSING))
        for who, task, right in wants
    ]
    if all(seen == MISSING for _, _, seen in rows):
        text = f"{len(rows)} commands ran while it was attached, and no line of them came."
        raise Wrong(text, status="silent")
    if wrong := [row for row in rows if row[1] != row[2]]:
        count = f"{len(wrong)} of the lines {'is' if len(wrong) == 1 else 'are'} wrong"
        text = f"{len(rows)} processes executed a command, and {count}."
        raise Wrong(text, wrong[-_SHOWN:])
    least = min(sum(each.pid == task for each in lines) for _, task, _ in wants)
    if least > 1 and not loud:
        raise Wrong(f"Each process has {least} lines. One is asked for.")
    return f"{len(rows)} processes executed a command, and each has its line."
