"""The exercises of lesson 13: a tool of the learner's own, from an empty cell."""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from bpflab.exercises import shell_tool
from bpflab.exercises.buffers import longer
from bpflab.exercises.calls import executes, two_cpus, unused
from bpflab.exercises.clauses import Clauses, Found
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.outcomes import BY_THREAD, PYTHON, TRY, ways_to_fail
from bpflab.exercises.trial import Trial, column, number_of, paths, times
from bpflab.exercises.watcher import (
    called,
    disturbed,
    durations,
    events,
    forgotten,
    full,
    names,
    undisturbed,
)
from bpflab.workload.paused import PausedExec
from bpflab.workload.runs import run
from bpflab.workload.standby import standby

_OPENS = """
os.mkfifo({pipe!r})
other = threading.Thread(target=os.open, args=({pipe!r}, os.O_RDONLY))
other.start()
time.sleep({pause})
for _ in range({fails}):
    try: os.open({missing!r}, os.O_RDONLY)
    except OSError: pass
time.sleep({pause})
os.open({pipe!r}, os.O_WRONLY)
other.join()
"""
_PAUSE_NS = 50_000_000  # how long a call stands still, at least
_EXEC_NS = 10_000  # no execve succeeds in less
_KEY = 511  # bytes of a path that fit into a key, beside its NUL


@of_program(
    "13-1",
    "Two threads of a process can be in an open at the same moment. Under which key is each?",
    "What does open return when it succeeds? Is it always 0?",
    "thread has the process id in its upper half and the thread's in its lower half: all of it is"
    " the key. A return value below 0 is a failure, and every other one a descriptor.",
)
def mended(trial: Trial) -> str:
    """Let a thread wait in an open while another one fails and succeeds."""
    clauses, fails = Clauses(), times()
    with tempfile.TemporaryDirectory() as folder, trial.attached() as program:
        pipe, missing = f"{folder}/pipe", f"{folder}/missing"
        code = _OPENS.format(pipe=pipe, missing=missing, fails=fails, pause=_PAUSE_NS / 1e9)
        with standby(code, "import os, threading, time") as process:
            program.maps["OWN"].fill(process.pids)
            process.go()
        program.detach()
        seen = events(program, process)
        if "path" in seen:
            seen = seen[seen["path"].str.startswith(folder)]
        clauses.check(
            "an open that waits keeps its path while another thread opens files",
            lambda: ([pipe] * 2, [p for p in column(seen, "path") if p == pipe]),
        )
        clauses.check(
            "an open that fails: one event, failed is 1",
            lambda: ([1] * fails, column(seen[seen["path"] == missing], "failed")),
        )
        clauses.check(
            "an open that succeeds: one event, failed is 0",
            lambda: ([0] * 2, column(seen[seen["path"] == pipe], "failed")),
        )
        clauses.check(
            "duration_ns: the open that waited took longest",
            lambda: durations([seen], seen[seen["path"] == pipe], 30 * 10**9, _PAUSE_NS),
        )
        clauses.check(
            "CALLS: no entry of a call that is over", lambda: forgotten(program, process.pids)
        )
    clauses.verdict()
    return f"Two threads in an open at once, and {fails} failures: all clauses are met."


@of_program(
    "13-2",
    "Lesson 11 follows a call from its entry to its end. A failure ends at sys_exit_execve, as"
    " there. A success has a hook of its own: read 'To whom does the note belong?' once more.",
    "Write three programs. The first notes in CALLS, under the thread, the time and where the path"
    " is. The other two look the note up, send an event, and delete the note: one after a failure,"
    " one after a success, where old_pid is the thread's number from before.",
    "A failure reads its path at its end, with read_path. A success has it in the data of its hook:"
    " succeeded() of hooks.c shows how to read it. An event has over 512 bytes, and the stack has"
    " 512: reserve it in the ring. If ringbuf_reserve gives none, count in dropped.",
)
@undisturbed
def reported(trial: Trial) -> str:
    """Let calls succeed, fail in seven ways, come from threads, take long, and fill the ring."""
    clauses, cpu = Clauses(), two_cpus()[-1]
    with (
        ways_to_fail() as ways,
        paths(count=2) as (good, slow),
        tempfile.TemporaryDirectory() as folder,
        trial.attached() as program,
    ):
        began = time.monotonic_ns()
        plain = run(good, times=times(), cpu=cpu)
        failing = run(*PYTHON, TRY, *ways, good)
        thread = run(*PYTHON, BY_THREAD, Path(folder, "tid"), good)
        with PausedExec(slow) as call:
            call.enter()
            time.sleep(_PAUSE_NS / 1e9)
            paused = call.leave()
        lasted = time.monotonic_ns() - began
        numbers = {*plain.pids, *failing.pids, *thread.pids, *paused.pids}
        numbers.add(int(Path(folder, "tid").read_text()))
        # The pause comes behind sched_process_exec, where a program may see the end of a success.
        ends_early = "sched:sched_process_exec" in program.hooks.values()
        least = _EXEC_NS if ends_early else _PAUSE_NS
        program.detach()
        codes = [0, *(-number for number in ways.values()), 0]
        own = {"plain": plain, "failing": failing, "thread": thread, "paused": paused}

        def seen(name: str) -> pd.DataFrame:
            return events(program, own[name])

        clauses.check(
            "a call that succeeds: one event, ret 0",
            lambda: ([0] * len(plain), column(seen("plain"), "ret")),
        )
        clauses.check(
            "a call that fails: one event, ret is its errno with a minus sign",
            lambda: (names(codes), names(column(seen("failing"), "ret"))),
        )
        clauses.check(
            "path: as the caller gave it",
            lambda: ([sys.executable, *ways, good], called(seen("failing"))),
        )
        clauses.check(
            "a second thread that succeeds: one event, pid is the process",
            lambda: ([sys.executable, good], called(seen("thread"))),
        )

        def took() -> Found:
            frames = [seen(name) for name in own]
            plainly = durations(frames, seen("plain"), lasted, _EXEC_NS)  # not in µs
            if plainly[0] != plainly[1]:
                return plainly
            return durations(frames, seen("paused"), lasted, least)

        clauses.check("duration_ns: from the entry of the call to its end", took)
        clauses.check("CALLS: no entry of a call that is over", lambda: forgotten(program, numbers))
        lost = disturbed(program)
    clauses.check("a full ring: seen is events + dropped", lambda: full(trial, {}))
    clauses.verdict(disturbed=lost)
    return f"{len(ways)} ways to fail, two threads, and a ring too small: all clauses are met."


@of_program(
    "13-3",
    "Lesson 04 has the list. When do you know the path, and when do you know that the call is over?"
    " seen counts calls that are over, so count what is left out there, too.",
    "A key has 512 bytes, and all of them count, so the bytes after the path must be zeros. A "
    "path that was cut is not the path in the list: is_whole() of path.h says whether a path was "
    "read whole.",
    "If the note has the path, and began with zeros, it holds the key as it stands: "
    "EXCLUDED_CMDS.lookup((struct path *)call->path). The zeros come from a map of one element "
    "that nobody writes to. Delete the note of a call that is left out, too.",
)
@undisturbed
def left_out(trial: Trial) -> str:
    """List commands that succeed and fail, a long path's beginning, and change the list."""
    clauses, cpu, count = Clauses(), two_cpus()[0], times()
    missing, other = unused(2)
    with paths(count=3) as (good, hidden, later), trial.attached() as program:
        long = longer(good, 600)
        listed = program.maps["EXCLUDED_CMDS"].fill([hidden, missing, long[:_KEY]])
        before = number_of(program.maps["filtered"], 0)
        shown, cut, hid = run(good, times=count), run(long, cpu=cpu), run(hidden, cpu=cpu)
        for _ in range(3):
            cut += run(long, cpu=cpu)
            hid += run(hidden, cpu=cpu)
        failed = run(*PYTHON, TRY, missing, other, missing, other)
        counted = number_of(program.maps["filtered"], 0) - before
        del listed[hidden]
        listed.fill([later])
        now_shown, now_hidden = run(hidden, times=count), run(later, times=count)
        program.detach()
        clauses.check(
            "a command in the list: no event",
            lambda: ([], column(events(program, hid), "path")),
        )
        clauses.check(
            "also if it fails; other failures are reported",
            lambda: ([sys.executable, other, other], column(events(program, failed), "path")),
        )
        clauses.check(
            "a command that is not in the list: one event",
            lambda: ([good] * count, column(events(program, shown), "path")),
        )
        clauses.check(
            "a path over 511 bytes is in no list, though its first 511 are",
            lambda: ([long[:_KEY]] * len(cut), column(events(program, cut), "path")),
        )
        clauses.check("filtered: how many were left out", lambda: (len(hid) + 2, counted))
        clauses.check(
            "the list changes while it runs",
            lambda: (
                (count, 0),
                (len(events(program, now_shown)), len(events(program, now_hidden))),
            ),
        )
        clauses.check(
            "CALLS: no entry of a call that is over",
            lambda: forgotten(program, hid.pids + failed.pids),
        )
        lost = disturbed(program)
    clauses.check(
        "a full ring: seen is events + filtered + dropped", lambda: full(trial, {}, listed=True)
    )
    clauses.verdict(disturbed=lost)
    return f"{len(hid) + 2} calls left out, a list that changed, and a full ring: all counted."


@of_program(
    "13-4",
    "Lesson 12 swaps a filter. Which program stays attached, and in which slot is the one that"
    " changes? A tail call passes on ctx and nothing else.",
    "What runs at the end of a call looks the note up, puts ret into it, and jumps to slot 0. Each"
    " filter looks it up again, and jumps to slot 1 if the call is to be shown. Filters and report"
    " take void *ctx.",
    "Write after each jump what happens if it fails: count in fell_through, and delete the note. "
    "Write that as one function, jump(ctx, slot), and let it return 0.",
)
@undisturbed
def swapped(trial: Trial) -> str:
    """Put filters into slot 0 in turn, leave slots empty, and swap while calls are made."""
    clauses, count = Clauses(), times()
    missing, other = unused(2)
    calls = random.randint(2000, 2500)
    with paths(count=2) as (good, hidden), trial.attached() as program:
        for name in ("leave_out", "only_failures", "report"):
            if name not in program.functions:
                there = ", ".join(program.functions)
                raise Wrong(f"There is no program {name}. There are {there}.")
        table = program.maps["JUMP_TABLE"].fill({0: "leave_out", 1: "report"})
        program.maps["EXCLUDED_CMDS"].fill([hidden, missing])
        by_list = [run(good, times=count), run(hidden, times=count)]
        table.fill({0: "only_failures"})
        before = number_of(program.maps["filtered"], 0)
        by_result = run(good, times=count), run(*PYTHON, TRY, missing, f"{good}/inside", good)
        counted = number_of(program.maps["filtered"], 0) - before
        empty = {}
        for slot, filled in ((0, {1: "report"}), (1, {0: "leave_out"})):
            table.clear().fill(filled)
            before = number_of(program.maps["fell_through"], 0)
            own = run(good, times=count)
            empty[slot] = number_of(program.maps["fell_through"], 0) - before, own
        table.fill({0: "leave_out", 1: "report"})
        fell = number_of(program.maps["fell_through"], 0)
        with standby(executes(other, calls), "import os", cpu=two_cpus()[-1]) as process:
            process.start()
            while process.running:
                for name in ("only_failures", "leave_out"):
                    table.fill({0: name})
            process.wait()
        fell = number_of(program.maps["fell_through"], 0) - fell
        dropped = number_of(program.maps["dropped"], 0)
        runs = [*by_list, *by_result, *(own for _, own in empty.values())]
        numbers = {*process.pids, *(pid for own in runs for pid in own.pids)}
        program.detach()
        clauses.check(
            "leave_out in slot 0: the list counts",
            lambda: ((count, 0), tuple(len(events(program, own)) for own in by_list)),
        )
        clauses.check(
            "only_failures in slot 0: only calls that failed",
            lambda: (
                [missing, f"{good}/inside"],
                [p for own in by_result for p in column(events(program, own), "path")],
            ),
        )
        clauses.check(
            "only_failures: each call that succeeded counts in filtered",
            lambda: (f"at least {count + 2}", f"at least {min(counted, count + 2)}"),
        )
        for slot, (fallen, own) in empty.items():
            clauses.check(
                f"slot {slot} is empty: no event, and each call counts in fell_through",
                lambda fallen=fallen, own=own: (  # type: ignore[misc]
                    f"0, at least {count}",
                    f"{len(events(program, own))}, at least {min(fallen, count)}",
                ),
            )
        clauses.check(
            f"{calls} calls while the filter is swapped: events + dropped, none fell through",
            lambda: ((calls, 0), (min(calls, len(events(program, process)) + dropped), fell)),
        )
        clauses.check("CALLS: no entry of a call that is over", lambda: forgotten(program, numbers))
        lost = disturbed(program)
    slots = {0: "leave_out", 1: "report"}
    clauses.check(
        "a full ring: seen is events + filtered + dropped + fell_through",
        lambda: full(trial, slots, listed=True),
    )
    clauses.verdict(disturbed=lost)
    return f"Two filters, empty slots, {calls} calls under the swap: every call is accounted for."


@of_value(
    "13-5",
    "Begin with bpf/execwatch: read execwatch.py from the last function up, and copy the folder.",
    "13-5 asks for less than that tool can do. Which of its parts do you need?",
    "A signal handler that raises an error in the middle of your work loses rows. Let it note that"
    " it was called, and look at the note between two polls.",
)
def for_the_shell(answer: object) -> str:
    """Start the learner's tool as a process, with a workload of the judge's own."""
    return shell_tool.judged(answer)
