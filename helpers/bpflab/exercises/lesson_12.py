"""The exercises of lesson 12: programs that take the place of others."""

from __future__ import annotations

import random
from collections.abc import Sequence

from bpflab import syscalls
from bpflab.exercises.calls import on_cpus, two_cpus
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import Trial, times
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.standby import standby

_NAMES = ["seen", "version 1", "version 2", "fell through", "not once", "filtered", "shown"]
# A hook that numbers the events of each CPU, and a display that tells which ones reach it.
_AROUND = """
struct event {
	u32 pid, cpu;
	u64 number;
};

BPF_HASH(OWN, u32, u8, 8);
BPF_PROG_ARRAY(FIRST, 1);
BPF_PERCPU_ARRAY(NUMBER, u64, 1);
BPF_RINGBUF_OUTPUT(events, 16);

int hook(struct bpf_raw_tracepoint_args *ctx)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *number = NUMBER.lookup(&zero);

	if (!number || ctx->args[1] != GETPPID || !OWN.lookup(&pid))
		return 0;
	*number += 1;
	FIRST.call(ctx, 0);
	return 0;
}

int display(void *ctx)
{
	int zero = 0;
	struct event e = {};
	u64 *number = NUMBER.lookup(&zero);

	if (!number)
		return 0;
	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.cpu = bpf_get_smp_processor_id();
	e.number = *number;
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""


@of_value(
    "12-1",
    "How many of sixteen jump to display?",
    "What does filter_2 count when that jump fails? And which of the counts does lost look at?",
)
def without_display(answer: object) -> str:
    """Let a process make 16 calls on one CPU, with version 2 in slot 0 and nobody in slot 1."""
    with load("hot_swap", type="raw_tracepoint", label="12-1") as chain:
        chain.maps["JUMP_TABLE"].fill({0: "filter_2"})
        chain.maps["WATCHED"].fill([syscalls.number("getppid")])
        chain.maps["TAKEN"][0] = 1
        code = on_cpus([(two_cpus()[0], 16)])
        with standby(code, "import os") as process, chain.attached(hook="sys_enter"):
            chain.maps["OWN"].fill(process.pids)
            process.go()
        count = {name: chain.maps["COUNT"].total(n) for n, name in enumerate(_NAMES)}
    taken = count["version 1"] + count["version 2"]
    lost = (
        count["seen"] - taken - count["fell through"],
        taken - count["filtered"] - count["shown"],
    )
    return equal(answer, (count["filtered"], count["shown"], lost))


@of_program(
    "12-2",
    "`filter_2.c` at the top of the lesson lets one of eight through.",
    "TURN must grow by one at every event of its CPU, also at those that go on.",
    type="raw_tracepoint",
)
def every_second(trial: Trial) -> str:
    """Make calls on two CPUs in turn, with a hook and a display around the answer."""
    cpus = two_cpus()
    plan = [(cpu, random.randint(1, 5)) for cpu in cpus * 6]
    made = {cpu: sum(count for each, count in plan if each == cpu) for cpu in cpus}
    number = {"GETPPID": syscalls.number("getppid")}
    around = load("12-2 around", text=_AROUND, type="raw_tracepoint", defines=number)
    with around, trial.load() as judged:
        judged.maps["JUMP_TABLE"][1] = around.functions["display"]
        around.maps["FIRST"][0] = _version(judged)
        with standby(on_cpus(plan), "import os") as process:
            around.maps["OWN"].fill(process.pids)
            with around.attached(hook="sys_enter"):
                process.go()
        frame = around.events.frame(process)
    if frame.empty:
        text = f"{sum(made.values())} events came, and none of them reached display."
        raise Wrong(text, status="silent")
    for cpu, count in made.items():
        shown = frame[frame["cpu"] == cpu]["number"].tolist()
        if shown not in ([*range(1, count + 1, 2)], [*range(2, count + 1, 2)]):
            rows = [(f"CPU {cpu}, of {count} events", "every second", _listed(shown))]
            raise Wrong("The events at display are not every second event of each CPU.", rows)
    return f"{sum(made.values())} events: on each CPU every second event reached display."


@of_program(
    "12-3",
    "In which map does each version count? Which map should both read?",
    "The line before the jump runs in any case. Which program runs only if the jump succeeds?",
    type="raw_tracepoint",
)
def limited(trial: Trial) -> str:
    """Make calls in rounds: the versions take turns, the CPUs too, once nobody is in slot 1."""
    limit, cpus = random.randint(24, 32), two_cpus()
    # The version, how many calls it lets through, and whether slot 1 is filled.
    rounds = [(1, times(), True), (2, times(2, 5), True), (1, limit, False), (2, 3, True)]
    rounds += [(1, 2, True), (2, limit, True), (1, limit, True)]
    left = limit
    with trial.load() as judged, judged.attached(hook="sys_enter"):
        judged.maps["WATCHED"].fill([syscalls.number("getppid")])
        judged.maps["LIMIT"][0] = limit
        for number, (version, passes, filled) in enumerate(rounds, 1):
            judged.maps["JUMP_TABLE"].clear()
            judged.maps["JUMP_TABLE"].fill({0: f"filter_{version}"})
            judged.maps["JUMP_TABLE"].fill({1: "display"} if filled else {})
            wanted = min(passes, left) if filled else 0
            shown = _shown(judged, passes * version, cpus[number % len(cpus)])
            if number == 1 and not shown:
                text = f"{passes} calls were made with version 1, and none reached display."
                raise Wrong(text, status="silent")
            left -= shown
            if left < 0:
                text = f"LIMIT is {limit}, and {limit - left} events reached display."
                raise Wrong(text, [(f"round {number}, version {version}", wanted, shown)])
            if shown != wanted:
                empty = ", after a round with slot 1 empty" if number == 4 else ""
                text = f"In round {number}, with version {version}{empty}, {shown} events came."
                raise Wrong(text, [("events at display", wanted, shown)])
    return f"{limit} events in {len(rounds)} rounds of two versions, and not one more."


def _version(judged: Program) -> int:
    """Return the descriptor of ``filter_4``, or of the only program that there is.

    Raises:
        Wrong: none of several programs has that name.
    """
    found = judged.functions
    if "filter_4" not in found and len(found) != 1:
        raise Wrong(f"There are {len(found)} programs, and none of them is filter_4.")
    return found["filter_4"] if "filter_4" in found else next(iter(found.values()))


def _shown(judged: Program, calls: int, cpu: int) -> int:
    """Return how many of so many calls of one process reached display."""
    with standby(on_cpus([(cpu, calls)]), "import os") as process:
        judged.maps["OWN"].fill(process.pids)
        process.go()
    judged.maps["OWN"].clear()
    return len(judged.events.frame(process))


def _listed(numbers: Sequence[int], most: int = 8) -> str:
    shown = ", ".join(map(str, numbers[:most]))
    return f"{shown} …" if len(numbers) > most else shown or "none"
