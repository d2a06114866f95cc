"""A producer of records, and the readers of its ring: in C, by BCC's callback, and the lab's."""

import platform
import subprocess
import sys
from pathlib import Path

from bpflab import load
from bpflab.programs.program import Program

PIPES = {"stdin": -1, "stdout": -1, "text": True}
NR = {"x86_64": 110, "aarch64": 173}  # getppid
CALLS = """
import os, sys, time
print(flush=True)
call = os.getppid
for line in sys.stdin:
    ends = time.monotonic() + float(line)
    while time.monotonic() < ends:
        for _ in range(1000):
            call()
    print(flush=True)
"""

# Each getppid of one process sends BURST records of 32 bytes; no wake-ups, as readers look by time.
STORM = """
struct event { u64 number; u64 a; u64 b; u64 c; };
BPF_RINGBUF_OUTPUT(events, 2048);
BPF_ARRAY(counts, u64, 2);
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	int produced = 0, dropped = 1;
	u64 *n = counts.lookup(&produced), *lost = counts.lookup(&dropped);
	if ((bpf_get_current_pid_tgid() >> 32) != PID || ctx->args[1] != NR || !n || !lost)
		return 0;
	for (int i = 0; i < BURST; i++) {
		struct event e = { .number = (*n)++ };
		if (events.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP))
			(*lost)++;
	}
	return 0;
}
"""

LOOP = """
import select, sys, time
{}
print("ready", flush=True)
sys.stdin.readline()
began = time.process_time_ns()
while not select.select([0], [], [], 0.002)[0]:  # readable at its end
    read()
read()
print(count, time.process_time_ns() - began)
"""
LAB = """
import numpy as np
from bpflab.data.ring import Ring
ring = Ring(int(sys.argv[1]), int(sys.argv[2]), np.dtype("u8,u8,u8,u8"))
count = 0
def read():
    global count
    count += len(ring.read())
"""
BCC = """
from bcc import BPF
text = "struct event { u64 number; u64 a; u64 b; u64 c; }; BPF_RINGBUF_OUTPUT(events, 1);"
text += "int f(void *c) { struct event e; return events.ringbuf_output(&e, 32, 0); }"
bpf = BPF(text=text.encode())
events = bpf[b"events"]
events.map_fd = int(sys.argv[1])
count = total = 0
def on_event(context, data, size):
    global count, total
    count += 1
    total += events.event(data).number
events.open_ring_buffer(on_event)
read = bpf.ring_buffer_consume
"""


def built(folder: str) -> str:
    """Return the path of the reader in C, compiled into *folder*."""
    made = f"{folder}/reader"
    source = Path(__file__).with_name("reader.c")
    subprocess.run(["cc", "-O2", "-o", made, source, "-lbpf"], check=True)
    return made


def measure(
    command: list[str], child: subprocess.Popen, program: Program, seconds: float
) -> dict[str, float]:
    """Let a reader read while *child* produces for *seconds*; return counts and CPU time.

    Raises:
        RuntimeError: where the counts of the two do not add up.
    """
    ring = program.maps["events"]
    words = [*command, str(ring.fd), str(ring.max_entries)]
    before = program.maps["counts"].frame()["value"]
    with subprocess.Popen(words, pass_fds=[ring.fd], **PIPES) as reader:
        reader.stdout.readline()
        for one, line in ((reader, "\n"), (child, f"{seconds}\n")):
            one.stdin.write(line)
            one.stdin.flush()
        child.stdout.readline()
        reader.stdin.close()
        read, cpu_ns = map(int, reader.stdout.read().split())
    produced, dropped = map(int, program.maps["counts"].frame()["value"] - before)
    if produced != read + dropped:
        raise RuntimeError(f"{produced} records were sent, {read} read, {dropped} found no room")
    return {
        "M/s": produced / seconds / 1e6,
        "lost": dropped / produced,
        "ns": cpu_ns / read,
    }


def rounds(
    readers: dict[str, list[str]], burst: int, seconds: float, count: int
) -> list[dict[str, dict[str, float]]]:
    """Return what each reader measured in *count* rounds, each in turn with one producer."""
    with subprocess.Popen([sys.executable, "-c", CALLS], **PIPES) as child:
        child.stdout.readline()
        defines = {"PID": child.pid, "NR": NR[platform.machine()], "BURST": burst}
        with (
            load("storm", text=STORM, type="raw_tracepoint", defines=defines) as program,
            program.attached(hook="sys_enter"),
        ):
            found = [
                {
                    name: measure(command, child, program, seconds)
                    for name, command in readers.items()
                }
                for _ in range(count)
            ]
        child.stdin.close()
    return found
