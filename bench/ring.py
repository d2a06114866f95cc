"""The mapped ring beside BCC's callback, each five seconds with the same producer at full speed."""

import platform
import subprocess
import sys
import time
from collections.abc import Callable

from bpflab import Program, load

SECONDS = 5.0
NR = {"x86_64": 110, "aarch64": 173}  # getppid
CALLS = "import os, sys\nprint(flush=True)\nsys.stdin.read()\nwhile True:\n    os.getppid()\n"

# Each getppid of one process sends BURST records of 32 bytes; no wake-ups, as readers poll.
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


def mapped(program: Program, until: float) -> int:
    """Read batches every 2 ms until *until*; return how many records came."""
    ring, count = program.ring(), 0
    while time.monotonic() < until:
        count += len(ring.read())
        time.sleep(0.002)
    return count


def callback(program: Program, until: float) -> int:
    """Count in BCC's callback; it answers -1 when time is up, or consume would not return."""
    count = 0

    def on_event(context: object, data: object, size: int) -> int:
        nonlocal count
        count += 1
        return -1 if not count % 1024 and time.monotonic() > until else 0

    program.bcc[b"events"].open_ring_buffer(on_event)
    while time.monotonic() < until:
        program.bcc.ring_buffer_consume()
        time.sleep(0.002)
    return count


def measure(reader: Callable[[Program, float], int], burst: int) -> dict[str, float]:
    """Let *reader* read for SECONDS beside a fresh producer; return the counts and the costs."""
    child = subprocess.Popen([sys.executable, "-c", CALLS], stdin=-1, stdout=-1)
    child.stdout.readline()
    defines = {"PID": child.pid, "NR": NR[platform.machine()], "BURST": burst}
    try:
        with load("storm", text=STORM, type="raw_tracepoint", defines=defines) as program:
            program.attach(hook="sys_enter")
            child.stdin.close()
            cpu, began = time.process_time(), time.monotonic()
            read = reader(program, began + SECONDS)
            seconds, cpu = time.monotonic() - began, time.process_time() - cpu
            child.kill()
            child.wait()
            program.detach()
            waiting = program.ring().waiting  # the reader has stopped, and these came after
            produced, dropped = (program.maps["counts"][n] for n in range(2))
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    return {
        "produced": produced,
        "read": read,
        "dropped": dropped,
        "waiting": waiting,
        "unaccounted": produced - read - dropped - waiting,
        "M/s": read / seconds / 1e6,
        "us/event": cpu / read * 1e6,
    }


COUNTS = ("produced", "read", "dropped", "waiting", "unaccounted")


def main() -> None:
    """Print one row a reader and burst, and the ratio of their costs."""
    print(
        f"The reader of this lab (mapped) beside BCC's callback, {SECONDS:.0f} s each. A process\n"
        "sends bursts of events as fast as it can. Of the events that the program produced, some\n"
        "were read, some dropped since the ring was full, and some waited in it at the end."
    )
    print(f"{'burst':>5} {'reader':>9}", *(f"{name:>11}" for name in COUNTS), end="")
    print(f" {'lost':>6} {'M read/s':>9} {'CPU us/event':>13}")
    for burst in (1, 8):
        rows = {reader.__name__: measure(reader, burst) for reader in (mapped, callback)}
        for name, row in rows.items():
            print(f"{burst:>5} {name:>9}", *(f"{row[count]:>11}" for count in COUNTS), end="")
            print(f" {row['dropped'] / row['produced']:>6.1%}", end="")
            print(f" {row['M/s']:>9.2f} {row['us/event']:>13.3f}")
        ratio = rows["callback"]["us/event"] / rows["mapped"]["us/event"]
        print(f"{burst:>5} callback / mapped, CPU an event: {ratio:.1f}")
