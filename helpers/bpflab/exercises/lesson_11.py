"""The exercises of lesson 11: two hooks that write one event, and what is noted in between."""

from __future__ import annotations

import errno
import os
import random
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from bpflab.data.maps import Map
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.outcomes import BY_THREAD, PYTHON, TRY, nothing_came, ways_to_fail
from bpflab.exercises.trial import Trial, fields, paths, same, times
from bpflab.programs.loading import load
from bpflab.text import counted
from bpflab.workload.runs import run
from bpflab.workload.standby import standby

_BY_CPU = {
    "STATE_TYPE": '"percpu_array"',
    "ENTRIES": 1,
    "KEY": 0,
    "MINE(path)": "(path[9] == '.' && path[10] == '/')",  # /usr/bin/./ and nothing else
}

_FAIL = """
import itertools, os, sys, threading
def fail(times, then=None):
    for path in itertools.islice(itertools.cycle(["/nowhere/at/all", "/"]), times):
        try: os.execv(path, ["x"])
        except OSError: pass
    if then: then()
def end(by=sys.argv[1]): os.execv(by, ["x", sys.argv[1]])
def other(*call):
    thread = threading.Thread(target=call[0], args=call[1:])
    thread.start(), thread.join()
"""
"""Lets calls fail in two ways, the last one succeed, and a second thread do either."""


@of_value("11-1", "The CPU has one entry, and both calls write into it.", "Which call wrote last?")
def both_paused(answer: object) -> str:
    """Pause `true` and `id` on one CPU, and ask what each of them reports."""
    cpu = min(os.sched_getaffinity(0))
    true, ident = (standby(execve=f"/usr/bin/./{name}", cpu=cpu) for name in ("true", "id"))
    program = load("two_hooks/join", defines=_BY_CPU, label="11-1")
    with true, ident, program, program.attached():
        true.enter(), ident.enter()
        right = program.events.frame(true.leave())["path"].tolist()
        right += program.events.frame(ident.leave())["path"].tolist()
    return equal(answer, right)


@of_program(
    "11-2",
    "`join.c` at the top of the lesson has a hook_exit that reports every call.",
    "ctx->ret is below 0 if the call failed.",
    "Delete the entry for calls that succeeded, too.",
)
def failed(trial: Trial) -> str:
    """Let two threads of a process fail in seven ways, in an order of chance, and then succeed."""
    with ways_to_fail() as ways, paths() as (good,), trial.attached() as program:
        began = time.monotonic_ns()
        own = run(*PYTHON, TRY, *ways, good)
        others = run(good, times=times())
        ended = time.monotonic_ns()
        frame = program.events.frame(own + others)
        kept = _kept(program.maps["PROGRAM"], own.pids + others.pids)
    if frame.empty:
        raise nothing_came(program, f"{len(ways)} calls failed, and no event of them came.")
    if "ret" in frame and (succeeded := int((frame["ret"] >= 0).sum())):
        raise Wrong(f"{counted(succeeded, 'event')} came of calls that did not fail.")
    if len(frame) != len(ways):
        names = ", ".join(errno.errorcode[number] for number in ways.values())
        seen = ", ".join(errno.errorcode.get(-int(ret), "?") for ret in frame["ret"])
        text = f"{len(ways)} calls failed, and {counted(len(frame), 'event')} of them came."
        raise Wrong(text, [("outcomes", names, seen)])
    codes = [-number for number in ways.values()]
    fields(frame, {"ret": codes, "path": [*ways], "pid": [*own.pids] * len(ways)})
    for enter, exit in zip(frame["t_enter"].tolist(), frame["t_exit"].tolist(), strict=True):
        if not began < enter < exit < ended:
            rows = [
                ("t_enter", f"{began} to {ended}", enter),
                ("t_exit", f"{began} to {ended}", exit),
            ]
            raise Wrong("The two times of a call are not those of its entry and its end.", rows)
    _nothing_left("PROGRAM", kept)
    return f"{len(ways)} calls failed, each in another way, and no other call was reported."


@of_program(
    "11-3",
    "Which key does each program use? Compare the two lines.",
    "hook_exit has more than one return. Before which one is the entry not deleted?",
    "The lesson says which number stays the same from the entry to the end.",
)
def durations(trial: Trial) -> str:
    """Let calls succeed, fail, and come from a thread; each success is reported, nothing stays."""
    kinds = "plain calls", "a search along PATH", "calls that fail", "a call of a second thread"
    search = ("-i", "PATH=/nowhere:/not/here:/usr/bin", "id")
    with tempfile.TemporaryDirectory() as folder, paths() as (good,), trial.attached() as program:
        began, note = time.monotonic_ns(), Path(folder, "tid")
        own = [
            run(good, times=times()),
            run("/usr/bin/env", *search),
            run(*PYTHON, TRY, f"{folder}/missing", folder),
            run(*PYTHON, BY_THREAD, note, good),
        ]
        lasted = time.monotonic_ns() - began
        frames = [program.events.frame(each) for each in own]
        numbers = [pid for each in own for pid in each.pids] + [int(note.read_text())]
        kept = _kept(program.maps["STARTED"], numbers)
    if all(frame.empty for frame in frames):
        raise nothing_came(program, "Calls succeeded, and no event of them came.")
    expected = (len(own[0]), 2, 1, 2)
    seen = [len(frame) for frame in frames]
    rows = dict(zip(kinds, expected, strict=True)), dict(zip(kinds, seen, strict=True))
    same("Events of successful calls, by what was done", *rows)
    for frame in frames:
        if "duration_ns" not in frame:
            raise Wrong("The event has no field duration_ns.")
        for took in frame["duration_ns"].tolist():
            if not 0 < took < lasted:
                text = "A call took no time, or longer than the whole test."
                raise Wrong(text, [("duration_ns", f"1 to {lasted}", took)])
    _nothing_left("STARTED", kept)
    return f"{sum(expected)} calls succeeded, and each is reported; no entry is left in STARTED."


@of_program(
    "11-4",
    "The map is BPF_TASK_STORAGE(FAILED, u64). Nobody but the thread itself writes its number.",
    "FAILED.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE) gives a pointer, or NULL.",
    "After a success the number is 0 again: set it, or delete it with task_storage_delete(task).",
)
def failures_before(trial: Trial) -> str:
    """Let two threads fail in turn; let one of them, another, nobody and one twice succeed."""
    with paths() as (good,), trial.attached(hook="syscalls:sys_exit_execve") as program:
        first, other, beside, alone, twice = random.sample(range(2, 20), 5)
        ways = {
            "the first thread, beside another": f"other(fail, {beside}), fail({first}), end()",
            "a second thread, beside the first": f"fail({beside}), other(fail, {other}, end)",
            "a thread whose calls all fail": f"fail({alone})",
            "one success after another": f"fail({twice}), end('/usr/bin/env')",
        }
        ran = {way: run(*PYTHON, _FAIL + code, good) for way, code in ways.items()}
        frames = {way: program.events.frame(own) for way, own in ran.items()}
    if all(frame.empty for frame in frames.values()):
        raise nothing_came(program, "Calls succeeded, and no event of them came.")
    numbers = ([0, first], [0, other], [0], [0, twice, 0])  # Python itself is the first success
    expected = dict(zip(ways, numbers, strict=True))
    counts = {way: len(each) for way, each in expected.items()}
    same("Events of successful calls", counts, {way: len(frame) for way, frame in frames.items()})
    for way, frame in frames.items():
        pids = list(ran[way].pids) * len(frame)
        try:
            fields(frame, {"pid": pids, "failed": expected[way]})
        except Wrong as wrong:
            raise Wrong(f"{way.capitalize()}: {wrong.text}", wrong.rows) from None
    return (
        f"Threads failed {first} and {other} times before they succeeded, and each number is right."
    )


def _kept(notes: Map, numbers: Iterable[int]) -> list[int]:
    """Return which processes or threads still have an entry, although their calls are over."""
    return [number for number in numbers if number in notes]


def _nothing_left(name: str, kept: list[int]) -> None:
    if kept:
        text = f"{name} still has {counted(len(kept), 'key')} of calls that are over."
        raise Wrong(text, status="leftover")
