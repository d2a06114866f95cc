"""The age of an event in an array: from the program's time to the return of `ring().read()`.

The reader looks every 2 ms, as the readers above do; the reader of a live view looks every 10 ms. A
process makes a system call for each event, and the calls of each millisecond in a row.
"""

import platform
import subprocess
import sys
import time

import numpy as np

from bench.ring import NR
from bench.row import Row
from bench.sizes import Sizes
from bench.worker import worker
from bpflab import load

TITLE = "Latency"
LOOK_S = 0.002
TEXT = """
struct event { u64 ktime_ns; u64 number; };
BPF_RINGBUF_OUTPUT(events, 4096);
BPF_ARRAY(numbers, u64, 1);
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	int zero = 0;
	u64 *number = numbers.lookup(&zero);
	if ((bpf_get_current_pid_tgid() >> 32) != PID || ctx->args[1] != NR || !number)
		return 0;
	struct event e = { .ktime_ns = bpf_ktime_get_ns(), .number = (*number)++ };
	events.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP);
	return 0;
}
"""
PACED = """
import os, sys, time
rate, seconds = float(sys.argv[1]), float(sys.argv[2])
call, each = os.getppid, int(rate / 1000)
sys.stdin.readline()
due = time.monotonic()
ends = due + seconds
while due < ends:
    for _ in range(each):
        call()
    due = max(due + 0.001, time.monotonic() - 0.01)  # what is late by more stays late
    time.sleep(max(due - time.monotonic(), 0))
"""


def latencies(rate: int, seconds: float) -> dict[str, float]:
    """Return p50 and p99 in ms, and the events a second that came."""
    command = [sys.executable, "-P", "-c", PACED, str(rate), str(seconds)]
    sent, ages = [], []
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        defines = {"PID": child.pid, "NR": NR[platform.machine()]}
        with load("paced", text=TEXT, type="raw_tracepoint", defines=defines) as program:
            ring = program.ring()
            with program.attached(hook="sys_enter"):
                child.stdin.close()
                while child.poll() is None:
                    events = ring.read()
                    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
                    sent.append(events["ktime_ns"].astype("i8"))
                    ages.append(now - sent[-1])
                    time.sleep(LOOK_S)
    times = np.concatenate(sent)
    p50, p99 = np.percentile(np.concatenate(ages), [50, 99]) / 1e6
    return {"p50": float(p50), "p99": float(p99), "rate": 1e9 * len(times) / np.ptp(times)}


def measure(sizes: Sizes) -> list[Row]:
    """Measure at each rate."""
    rows = []
    with worker() as lab:
        for rate in sizes.rates:
            rounds = [lab(latencies, rate, sizes.latency_s) for _ in range(sizes.rounds)]
            sides = {side: [found[side] for found in rounds] for side in ("p50", "p99")}
            came = np.median([found["rate"] for found in rounds])
            what = f"{rate:,} events a second were asked for, {came:,.0f} came"
            rows.append(Row(f"latency-{rate}", what, "ms", sides))
    return rows
