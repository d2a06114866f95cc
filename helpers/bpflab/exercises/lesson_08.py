"""The exercises of lesson 08: state that the programs of a chain share."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.exercises.calls import on_cpus, two_cpus
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import Trial, fields, same, times
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.runs import run
from bpflab.workload.standby import Standby, standby

_HOOK = "syscalls:sys_enter_getppid"


@of_value("08-1", "Which programs still run?", "Each program that runs adds 1 to total_count.")
def fallen_through(answer: object) -> str:
    """Send a command through the chain, with slot 1 empty: each program that runs sends one event.

    The events are of this command alone, so nobody else's commands change the number.
    """
    with load("shared_state", label="08-1") as chain:
        chain.maps["TAIL_CALL_MAP"].fill({0: "prog2"})
        with chain.attached(prog1="sched:sched_process_exec"):
            mine = run("/usr/bin/true")
        grown = len(chain.events.frame(mine))
    return equal(answer, (grown, grown % 3))


@of_value(
    "08-2",
    "Any CPU may run the program, so the kernel keeps a value for each.",
    "How large is one SharedState? Its two fields are in common.h.",
)
def four_cpus(answer: object) -> str:
    """Multiply the size of one value, as the kernel has it, by four."""
    with load("shared_state", label="08-2") as chain:
        size = chain.maps["PER_CPU_MAP"].value_dtype.itemsize
    return equal(answer, (4, 4 * size))


@of_program(
    "08-3",
    "`prog1.c` at the top of the lesson has the lookup, its check, and the jump.",
    "Both programs look up entry 0 of STATS. What the kernel finds there is this CPU's own value.",
    "The line after JUMPS.call runs only if the jump fails. So count before the jump.",
)
def counted(trial: Trial) -> str:
    """Make calls on two CPUs, with slot 0 filled and empty; the counts of each CPU must be right.

    A process that is not in ``OWN`` makes calls, too: they must not count.
    """
    cpus = two_cpus()
    entered, finished = dict.fromkeys(cpus, 0), dict.fromkeys(cpus, 0)
    with trial.load() as program:
        if not (stats := program.maps["STATS"]).per_cpu:
            raise Wrong(f"STATS is of the type {stats.type}: all CPUs share one value.")
        with program.attached(entry=_HOOK):
            _calls(program, {cpu: times() for cpu in cpus}, own=False)
            _compare("Calls of a process that is not in OWN were counted", stats, entered, finished)
            for slot in ("filled", "empty"):
                program.maps["JUMPS"].fill({0: "finish"} if slot == "filled" else {})
                _calls(program, made := {cpu: times() for cpu in cpus})
                for cpu, count in made.items():
                    entered[cpu] += count
                    finished[cpu] += count * (slot == "filled")
                if not (held := _counts(stats)).to_numpy().any():
                    holds = "holds zeros" if len(held) else "has no entry 0"
                    text = f"{sum(entered.values())} calls were made, and STATS {holds}."
                    raise Wrong(text, status="silent")
                _compare(f"After calls with slot 0 {slot}", stats, entered, finished)
                program.maps["JUMPS"].clear()
    return f"{sum(entered.values())} calls: each CPU has its own counts."


@of_program(
    "08-4",
    "Look at the first three events of each CPU. On which CPU are they right?",
    "On CPU 1, which key does first use, and which key does second use?",
    "There is a type of array that has a value for each CPU, all under the same key.",
)
def by_hand(trial: Trial) -> str:
    """Make calls on two CPUs in turn; each event has two steps, and its CPU's total goes on."""
    if len(cpus := two_cpus()) < 2:
        raise LabError("no-cpu", "This exercise needs two CPUs, and there is one.")
    total = dict.fromkeys(cpus, 0)
    with trial.load() as program:
        program.maps["JUMPS"].fill({0: "second"})
        with program.attached(first=_HOOK):
            for _ in range(2):  # two processes: the state is the CPU's, and not theirs
                process = _calls(program, made := {cpu: times() for cpu in cpus})
                frame = program.events.frame(process)
                for cpu, count in made.items():
                    own = frame[frame["cpu"] == cpu] if "cpu" in frame else frame
                    if len(own) != count:
                        text = f"{count} calls were made on CPU {cpu}, and {len(own)} events came."
                        raise Wrong(text, status="wrong" if len(frame) else "silent")
                    totals = [total[cpu] + 2 * n for n in range(1, count + 1)]
                    wants = {"cpu": [cpu] * count, "steps": [2] * count, "total": totals}
                    fields(own.reset_index(drop=True), wants)
                    total[cpu] += 2 * count
    return f"{sum(total.values()) // 2} calls on {len(cpus)} CPUs, each with its two steps."


def _calls(program: Program, made: Mapping[int, int], *, own: bool = True) -> Standby:
    """Let a process make so many calls on each CPU, known to the program as its own or not."""
    with standby(on_cpus(made.items()), "import os") as process:
        program.maps["OWN"].fill(process.pids if own else [])
        process.go()
    program.maps["OWN"].clear()
    return process


def _counts(stats: Map) -> pd.DataFrame:
    """Return ``entered`` and ``finished`` of each CPU in entry 0; no row where there is none."""
    frame, names = stats.frame(), ["entered", "finished"]
    if missing := [name for name in names if len(frame) and name not in frame]:
        raise Wrong(f"The struct of STATS has no field {missing[0]}.")
    return frame[frame["key"] == 0].set_index("cpu")[names] if len(frame) else frame


def _compare(
    when: str, stats: Map, entered: Mapping[int, int], finished: Mapping[int, int]
) -> None:
    """Compare both counts of each CPU with the calls that were made; *when* begins the sentence."""
    wants = {"entered": entered, "finished": finished}
    seen = {
        f"CPU {cpu}, {name}": count
        for name, column in _counts(stats).items()
        for cpu, count in column.items()
    }
    right = {f"CPU {cpu}, {name}": count for name, of in wants.items() for cpu, count in of.items()}
    same(when, dict.fromkeys(seen, 0) | right, dict.fromkeys(right, 0) | seen)
