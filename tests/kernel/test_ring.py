"""The mapped ring under a producer at full speed."""

import mmap
import platform
import resource
import subprocess
import sys
import time

import numpy as np
import pytest

from bpflab import LabError, load
from bpflab.data.ring import atomics

pytestmark = pytest.mark.usefixtures("nothing_left")

# Each getppid of one process sends eight numbered records; every 64th is discarded.
STORM = """
struct event { u64 number; u64 check; };
BPF_RINGBUF_OUTPUT(events, PAGES);
BPF_ARRAY(counts, u64, 4);
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	int produced = 0, dropped = 1, discarded = 2;
	u64 *n = counts.lookup(&produced), *lost = counts.lookup(&dropped);
	u64 *back = counts.lookup(&discarded);
	if ((bpf_get_current_pid_tgid() >> 32) != PID || ctx->args[1] != NR || !n || !lost || !back)
		return 0;
	for (int i = 0; i < 8; i++) {
		struct event *e = events.ringbuf_reserve(sizeof(struct event));
		u64 number = (*n)++;
		if (!e) {
			(*lost)++;
			continue;
		}
		e->number = number;
		e->check = ~number;
		if (number % 64 == 63) {
			(*back)++;
			events.ringbuf_discard(e, BPF_RB_NO_WAKEUP);
		} else {
			events.ringbuf_submit(e, BPF_RB_NO_WAKEUP);
		}
	}
	return 0;
}
"""
TWO_KINDS = """
struct event { u32 number; };
struct other { u64 number; };
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	struct event e = {};
	struct other o = {};

	events.ringbuf_output(&e, sizeof(e), 0);
	events.ringbuf_output(&o, sizeof(o), 0);
	return 0;
}
"""
CALLS = "import os, sys\nprint(flush=True)\nsys.stdin.readline()\nwhile True:\n    os.getppid()\n"
SIZE = 256 * 1024  # bytes, whatever a page is
NR = {"x86_64": 110, "aarch64": 173}  # getppid


def test_a_ring_that_cannot_be_mapped_is_a_lack_of_memory():
    """Said as one, and the program can be read once there is enough."""
    atomics()  # the library itself is there
    with load("first_map/cut") as program:
        most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (1 << 20, most[1]))
        try:
            with pytest.raises(LabError) as caught:
                program.ring("events")
        finally:
            resource.setrlimit(resource.RLIMIT_AS, most)
        assert caught.value.kind == "memory"
        assert len(program.ring("events").read()) == 0


def test_a_ring_of_two_kinds_of_records_is_refused_and_closes():
    """The refusal names both sizes, the end of the block does so again, and nothing is held."""
    with pytest.raises(LabError) as end, load("two", text=TWO_KINDS) as program:
        with program.attached(hook="syscalls:sys_enter_execve"):
            subprocess.run(["/usr/bin/true"], check=True)
        with pytest.raises(LabError) as caught:
            program.events.frame()
    assert caught.value.message == "A record has 4 bytes, and its struct 8."
    assert end.value.kind == caught.value.kind == "record-size"
    assert program.closed


@pytest.mark.parametrize("block", [1 << 12, 1 << 19])
def test_nothing_is_torn_reordered_or_lost_in_silence(monkeypatch, block):
    """Two seconds at full speed: every record checks, numbers rise, and the counts balance."""
    monkeypatch.setattr("bpflab.data.ring._BLOCK", block)
    child = subprocess.Popen([sys.executable, "-c", CALLS], stdin=-1, stdout=-1)
    child.stdout.readline()
    defines = {"PID": child.pid, "NR": NR[platform.machine()], "PAGES": SIZE // mmap.PAGESIZE}
    with load("storm", text=STORM, type="raw_tracepoint", defines=defines) as program:
        ring, read, last, slowest = program.ring(), 0, -1, 0.0
        with program.attached(hook="sys_enter"):
            child.stdin.write(b"\n")
            child.stdin.flush()
            child.stdin.close()
            until = time.monotonic() + 2
            while time.monotonic() < until:
                start = time.monotonic()
                batch = ring.read()
                slowest = max(slowest, time.monotonic() - start)
                read, last = check(batch, read, last)
                if read % 3 == 0:
                    time.sleep(0.002)  # let it overflow now and then
            child.kill()
            child.wait()
        while len(batch := ring.read()) or ring.unread:
            read, last = check(batch, read, last)
        produced, dropped, discarded = (program.maps["counts"][n] for n in range(3))
    child.stdout.close()

    assert produced > 100_000
    assert dropped > 0
    assert (read, ring.discarded) == (produced - dropped - discarded, discarded)
    assert slowest < 1.0  # one batch is a copy of 256 KiB


def check(batch, read, last):
    """Assert that records are whole and in order; return the new count and last number."""
    if len(batch):
        assert (batch["check"] == ~batch["number"]).all()
        assert batch["number"][0] > last or last == -1
        assert (np.diff(batch["number"].astype(np.int64)) > 0).all()
        last = int(batch["number"][-1])
    return read + len(batch), last


def test_a_ring_and_a_log_say_what_is_in_them():
    """Without reading it; and when they are closed."""
    text = """struct event { u32 pid; char comm[16]; };
BPF_RINGBUF_OUTPUT(events, 1);
int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""
    with load("ring", text=text, type="raw_tracepoint") as program:
        log, ring = program.events, program.ring()
        for _ in range(3):
            program.invoke("hook")
        said = "{pid: u32, comm: char[16]}"
        assert repr(log) == f"<EventLog: 0 events of {said}; 3 in the ring>"
        assert repr(ring).endswith(f"records of {said}, 3 waiting>")
        assert len(log.frame()) == 3
        assert repr(log) == f"<EventLog: 3 events of {said}>"
    assert repr(log) == f"<EventLog: 3 events of {said}; closed>"
    assert repr(ring).endswith("; closed>")
