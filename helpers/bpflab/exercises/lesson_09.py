"""The exercises of lesson 09: a program for each system call, and what has none."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping

import pandas as pd

from bpflab import syscalls
from bpflab.errors import LabError
from bpflab.exercises.calls import RARE
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import Trial, number_of, same, times
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.text import safe_text
from bpflab.workload.standby import Standby, standby

_EXEC = 1  # enum kind in bpf/dispatcher/table/common.h
_WAYS = {
    "by its path": 'os.execv("/usr/bin/true", ["true"])',
    "by its descriptor": 'os.execve(os.open("/usr/bin/true", os.O_RDONLY), ["true"], {})',
}
_CALLS = {**RARE, "pidfd_open": "libc.syscall({pidfd_open}, -1, 0)"}
_SETUP = "import ctypes, os, threading; libc = ctypes.CDLL(None)"
_THREADS = """
other = threading.Thread(target=second)
other.start(), other.join()
first()
"""


@of_value(
    "09-1",
    "How many calls there are does not matter. Look at the largest number in the table above.",
    "With which number does an array begin?",
)
def slots(answer: object) -> str:
    """Take the highest number of the list that the lesson shows."""
    return equal(answer, max(syscalls.names()) + 1)


@of_value(
    "09-2",
    "observe(dispatcher, ...) shows which calls a process makes.",
    "In Python: os.execve(os.open('/usr/bin/true', os.O_RDONLY), ['true'], {})",
)
def ways_to_execute(answer: object) -> str:
    """Let a process be executed in both ways; each must be reported, and nothing else."""
    names = _texts(answer)
    known = syscalls.names().values()
    for name in names:
        if name not in known:
            raise Wrong(f"There is no system call {safe_text(name, 40)!r}.")
    with load("dispatcher/table", type="raw_tracepoint", label="09-2") as table:
        table.maps["SYSCALL"].fill({syscalls.number(name): "exec" for name in names})
        seen = {way: _reported(table, code) for way, code in _WAYS.items()}
    if missing := [way for way, calls in seen.items() if not calls]:
        raise Wrong(f"A program that is executed {' or '.join(missing)} is not reported.")
    right = {name for calls in seen.values() for name in calls if name.startswith("exec")}
    if others := [name for name in names if name not in right]:
        raise Wrong(f"{safe_text(others[0], 40)} executes no program, but it has a slot.")
    return "Both ways are reported, and no other call."


@of_program(
    "09-3",
    "`dispatch.c` at the top of the lesson has the jump, and what comes after it.",
    "CALLED.insert(&key, &one) writes only if the key is new, and returns 0 then (lesson 05).",
    "A key has two parts. What must be in both before you look it up?",
    type="raw_tracepoint",
)
def once(trial: Trial) -> str:
    """Let two processes of ours and another one make calls, some of them without a program."""
    *ours, without = random.sample(sorted(RARE), len(RARE))
    plans = [{name: times(2, 9) for name in RARE} for _ in range(3)]
    with trial.load() as judged:
        table = judged.maps["SYSCALL"]
        table.fill({syscalls.number(name): "once" for name in ours})
        made = [_calls(judged, plan, own=number < 2) for number, plan in enumerate(plans)]
        frames = [judged.events.frame(process) for process in made]
        called, unknown = judged.maps["CALLED"], judged.maps["unknown"]
        if all(frame.empty for frame in frames) and not len(called):
            raise Wrong("Two processes of OWN made calls, and nothing came.", status="silent")
        if len(frames[2]):
            raise Wrong("A process that is not in OWN made calls, and events of it came.")
        for number, frame in enumerate(frames[:2], 1):
            sent = frame["nr"].map(syscalls.name).tolist() if len(frame) else []
            counts = {name: sent.count(name) for name in dict.fromkeys([*ours, *sent])}
            same(f"Events of process {number}, by call", dict.fromkeys(ours, 1), counts)
        for number, (process, plan) in enumerate(zip(made[:2], plans, strict=False), 1):
            held = {name: _called(judged, process.pid, name) for name in ours}
            same(
                f"CALLED, of process {number} and its two threads",
                {name: plan[name] for name in ours},
                held,
            )
        wanted = dict.fromkeys(ours, 0) | {without: plans[0][without] + plans[1][without]}
        seen = {name: number_of(unknown, syscalls.number(name)) for name in wanted}
        same("unknown", wanted, seen)
    return "Each call that has a program came once for each process; the others are counted."


@of_program(
    "09-4",
    "Which of the two comes first: the switch, or the table? And which should?",
    "The line after SYSCALL.call runs only for calls without a program.",
    "Exercise 09-1 has the number of slots.",
    type="raw_tracepoint",
)
def skipping(trial: Trial) -> str:
    """Let processes make calls with and without a program, the switch off and on."""
    plan = {name: times(2, 9) for name in _CALLS}
    ours = "pidfd_open", random.choice(sorted(RARE))
    with trial.load() as judged:
        for name in (*ours, syscalls.name(max(syscalls.names()))):
            _give_slot(judged, name)
        for switch in (0, 1):
            judged.maps["SKIP_OTHERS"][0] = switch
            before = judged.maps["filtered"].total()
            process = _calls(judged, plan)
            frame = judged.events.frame(process)
            frame = frame.assign(call=frame["nr"].map(syscalls.name)) if len(frame) else frame
            state = f"With SKIP_OTHERS at {switch}"
            for known, names in ((1, ours), (0, [name for name in plan if name not in ours])):
                what = f"{state}, calls with {'a' if known else 'no'} program"
                seen = {name: _known(frame, name, known) for name in names}
                wanted = {name: plan[name] if known or not switch else 0 for name in names}
                same(what, wanted, seen)
            left_out = sum(n for name, n in plan.items() if name not in ours) * switch
            if (filtered := judged.maps["filtered"].total() - before) < left_out:
                text = f"{state}, {left_out} of these calls are left out."
                raise Wrong(text, [("filtered", f"at least {left_out}", filtered)])
            if lost := judged.events.ledger()["unaccounted"]:
                text = f"{state}, the accounting does not add up: seen is not reported + filtered."
                raise Wrong(text, [("unaccounted", 0, lost)])
    return "Off and on, each call is reported or counted as left out."


def _texts(answer: object) -> list[str]:
    names = list(answer) if isinstance(answer, Iterable) else [None]
    if isinstance(answer, str | Mapping) or not all(isinstance(one, str) for one in names):
        raise Wrong("A list of names is asked for: each is text.")
    return [str(name) for name in names]


def _reported(table: Program, code: str) -> list[str]:
    """Return the calls of a process that runs *code* for which ``exec`` runs."""
    with standby(code, "import os") as process:
        table.maps["OWN"].clear().fill(process.pids)
        with table.attached(dispatch="sys_enter"):
            process.go()
    frame = table.events.frame(process)
    return [syscalls.name(nr) for nr in frame[frame["kind"] == _EXEC]["nr"]]


def _calls(judged: Program, plan: dict[str, int], *, own: bool = True) -> Standby:
    """Let two threads of a process make these calls so often each, mixed.

    The process is in OWN, unless it is not its *own*.
    """
    calls = {name: _CALLS[name].format(pidfd_open=syscalls.number("pidfd_open")) for name in plan}
    second = [call for name, call in calls.items() for _ in range(plan[name] // 2)]
    first = [call for name, call in calls.items() for _ in range(plan[name] - plan[name] // 2)]
    both = ["\n ".join(random.sample(each, len(each))) for each in (first, second)]
    code = "def first():\n {}\ndef second():\n {}".format(*both) + _THREADS
    with standby(code, _SETUP) as process:
        judged.maps["OWN"].clear().fill(process.pids if own else [])
        with judged.attached(dispatch="sys_enter"):
            process.go()
    judged.maps["OWN"].clear()
    return process


def _called(judged: Program, pid: int, name: str) -> int:
    return number_of(judged.maps["CALLED"], {"pid": pid, "nr": syscalls.number(name)})


def _give_slot(judged: Program, name: str) -> None:
    number = syscalls.number(name)
    try:
        judged.maps["SYSCALL"][number] = "known"
    except LabError as error:
        if error.kind != "map-full":
            raise
        raise Wrong(f"{name} has the number {number}, and SYSCALL has no such slot.") from None


def _known(frame: pd.DataFrame, name: str, known: int) -> int:
    """Return how many events of the call *name* say this of themselves."""
    if frame.empty:
        return 0
    return int(((frame["call"] == name) & (frame["known"] == known)).sum())
