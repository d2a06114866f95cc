"""The exercises of lesson 08b: buffers that another program writes to in between."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from bpflab.exercises.calls import repeated, two_cpus
from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.trial import Trial, fields, number_of, same, texts, times
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.workload.standby import Standby, standby

_HOOK, _PRINT = "syscalls:sys_enter_getppid", "bpf_trace_printk"
_LETTER = "w"
_CLAIM = """
BPF_PERCPU_ARRAY(BUSY, u64, 1);
BPF_HASH(OWN, u32, u8, 1);
BPF_ARRAY(filled, u64, 1);
BPF_ARRAY(dropped, u64, 1);

static __always_inline int claimed(u32 lines)
{
	int zero = 0;
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	u64 *busy = BUSY.lookup(&zero);

	if (!busy || !OWN.lookup(&pid))
		return 0;
	if (__sync_lock_test_and_set(busy, 1)) {
		dropped.atomic_increment(0);
		return 0;
	}
	for (u32 i = 0; i < lines; i++)
		bpf_trace_printk("a line");
	filled.atomic_increment(0);
	__sync_lock_test_and_set(busy, 0);
	return 0;
}

int writer(void *ctx) { return claimed(2); }
int other(struct bpf_raw_tracepoint_args *ctx) { return claimed(0); }
"""


@of_value(
    "08b-1",
    "Who holds the claim while the two lines are printed?",
    "Each printed line starts other once, and other finds the buffer claimed.",
)
def two_lines(answer: object) -> str:
    """Let a process make ten events at a writer that claims its buffer and prints two lines."""
    with load("08b-1", text=_CLAIM) as program, program.attached(writer=_HOOK, other=_PRINT):
        _calls(program, 10)
        seen = tuple(number_of(program.maps[name], 0) for name in ("filled", "dropped"))
    return equal(answer, seen)


@of_program(
    "08b-2",
    "Which memory belongs to one event, and to nobody else? Three cures of the lesson use such"
    " memory.",
    "events.ringbuf_reserve(sizeof(*e)) gives a record, or NULL. Fill it, then submit it.",
    "Only where there was no record, count in dropped and return.",
)
def survives(trial: Trial) -> str:
    """Let other write over BUF in the middle of each event, with the ring read and with it full.

    A process that is not in ``OWN`` makes calls, too: they must send nothing.
    """
    with trial.load() as program:
        if shared := [n for n, one in program.maps.items() if one.per_cpu and n != "BUF"]:
            text = (
                f"{shared[0]} has one value for each CPU. Any program that gets this CPU "
                "reaches the same value."
            )
            raise Wrong(text)
        with program.attached(writer=_HOOK, other=_PRINT):
            frame = _events(program, made := times())
            if b"o" not in b"".join(program.maps["BUF"].raw(0)):
                raise Wrong("other never ran: print a line between the two halves.")
        found = [Counter(text) for text in texts(frame, "text")]
        if mixed := [one for one in found if one["o"]]:
            text = f"{len(mixed)} of {made} events are mixed: other wrote to them."
            raise Wrong(text, [("bytes of other, event 1", 0, mixed[0]["o"])])
        expected, seen = program.event_dtype("events")["text"].itemsize, found[0][_LETTER]
        if any(one != {_LETTER: expected} for one in found):
            raise Wrong("An event is not filled.", [("letters w, event 1", expected, seen)])
    with trial.load(read=False) as program, program.attached(writer=_HOOK, other=_PRINT):
        more = program.maps["events"].max_entries // expected + times()
        _calls(program, more)
        dropped = number_of(program.maps["dropped"], 0)
        sent = len(program.events.frame())
        same("The ring was full", {"sent + dropped": more}, {"sent + dropped": sent + dropped})
    return f"{made + sent} events, all whole, and {dropped} of {more} dropped with a full ring."


@of_program(
    "08b-3",
    "Follow the claim: on which ways out of each function is it given back? By whom?",
    "writer returns in the middle for a process that is not in OWN, and keeps the claim.",
    "other gives the claim back although it did not get it. Then the second line finds it free.",
)
def given_back(trial: Trial) -> str:
    """Let other come in twice in each event; each event must be whole, and each run counted."""
    with trial.load() as program, program.attached(writer=_HOOK, other=_PRINT):
        frame = _events(program, made := times())
        letters = [ord(_LETTER)] * made
        fields(frame, {"first": letters, "second": letters})
        seen = number_of(program.maps["dropped"], 0)
        same(f"{made} events, with two lines each", {"dropped": 2 * made}, {"dropped": seen})
    return f"{made} events, all whole; {seen} runs of other dropped, and counted."


def _events(program: Program, made: int) -> pd.DataFrame:
    """Return the events of so many calls of a process in ``OWN``, after those of one that is not.

    Raises:
        Wrong: where another number of events came, or an event of the other process.
    """
    stranger = _calls(program, times(), own=False)
    process = _calls(program, made)
    if len(of_stranger := program.events.frame(stranger)):
        raise Wrong(f"{len(of_stranger)} events came of a process that is not in OWN.")
    frame = program.events.frame(process).reset_index(drop=True)
    if len(frame) != made:
        text = f"{made} calls were made, and {len(frame)} events of them came."
        raise Wrong(text, status="wrong" if len(frame) else "silent")
    return frame


def _calls(program: Program, made: int, *, own: bool = True) -> Standby:
    """Let a process make so many calls, known to the program as its own or not; on one CPU."""
    with standby(repeated("os.getppid()", made), "import os", cpu=two_cpus()[0]) as process:
        program.maps["OWN"].fill(process.pids if own else [])
        process.go()
    program.maps["OWN"].clear()
    return process
