"""The last events as a DataFrame: `events.frame(newest=...)`, once they are read from the ring.

An event of 24 bytes has a time, a number, a pid and a CPU; an event of 40 bytes also has the name
of its process.
"""

import os
import platform
import time

from bench.ring import NR
from bench.row import Row
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import load

TITLE = "Many events to a frame"
TEXT = """
struct event {
	u64 ktime_ns;
	u64 number;
	u32 pid;
	u32 cpu;
#ifdef COMM
	char comm[16];
#endif
};
BPF_RINGBUF_OUTPUT(events, 2048);
BPF_ARRAY(numbers, u64, 1);
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	int zero = 0;
	u64 *number = numbers.lookup(&zero);
	if (pid != PID || ctx->args[1] != NR || !number)
		return 0;
	for (int i = 0; i < 64; i++) {
		struct event e = {};
		e.ktime_ns = bpf_ktime_get_ns();
		e.number = (*number)++;
		e.pid = pid;
		e.cpu = bpf_get_smp_processor_id();
#ifdef COMM
		bpf_get_current_comm(&e.comm, sizeof(e.comm));
#endif
		events.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP);
	}
	return 0;
}
"""
CALLS = 1000  # between two reads of the ring, which has room for twice as many


def frames(events: int, rounds: int, defines: dict[str, int]) -> list[float]:
    """Return the ms that a frame of the last *events* takes, once for each round."""
    defines |= {"PID": os.getpid(), "NR": NR[platform.machine()]}
    with load("million", text=TEXT, type="raw_tracepoint", defines=defines) as program:
        with program.attached(hook="sys_enter"):
            while len(program.events) < events:
                for _ in range(CALLS):
                    os.getppid()
                program.events.drain()
        found = []
        for _ in range(rounds):
            began = time.perf_counter()
            frame = program.events.frame(newest=events)
            found.append(1000 * (time.perf_counter() - began))
            del frame
    return found


def measure(sizes: Sizes) -> list[Row]:
    """Measure a frame of *sizes.events* events, with and without text."""
    with worker() as lab:
        number = lab(frames, sizes.events, sizes.rounds, {})
        named = lab(frames, sizes.events, sizes.rounds, {"COMM": 1})
    what = f"The last {sizes.events:,} events"
    return [
        Row("frame", f"{what}, of numbers", "ms", {"frame()": number}),
        Row("frame-comm", f"{what}, with a name", "ms", {"frame()": named}),
    ]
