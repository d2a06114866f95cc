"""Task storage: entries that belong to threads, read by the thread's number, and gone with it."""

import os
import re
import shutil
import sys
import threading
from pathlib import Path

import pytest

from bpflab import LabError, load, run
from bpflab.workload.standby import standby

pytestmark = pytest.mark.usefixtures("nothing_left")

EXECVE = "syscalls:sys_enter_execve"
BOTH = {"hook_enter": EXECVE, "hook_exit": "syscalls:sys_exit_execve"}
TEXT = """
struct state { u32 first; char filled[%d]; };
BPF_TASK_STORAGE(STATE, struct state);
int hook(void *ctx)
{
	void *task = bpf_get_current_task_btf();
	struct state *s = STATE.task_storage_get(task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (s)
		s->first = 1;
	return 0;
}
"""
FOR_CLANG = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct state { __u32 first; __u8 filled[8]; };
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct state);
} STATE SEC(".maps");

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct state *s = bpf_task_storage_get(&STATE, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (s)
		s->first = 1;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
"""
THREAD = """
import os, threading
other = threading.Thread(target=os.execv, args=["/usr/bin/true", ["true"]])
other.start()
other.join()
"""


def thread_can_be_opened():
    """Say whether there is a descriptor of a thread that is not the first one: since Linux 6.9."""
    try:
        os.close(os.pidfd_open(os.getpid(), os.O_EXCL))
    except OSError:
        return False
    return True


THREADS = thread_can_be_opened()


@pytest.fixture
def state():
    """Give the map of a program that marks each thread that calls execve; it is not attached."""
    with load("state", text=TEXT % 8, type="tracepoint") as program:
        yield program.maps["STATE"]


def test_an_entry_is_written_read_and_deleted_by_a_thread_number(state):
    """Here the first thread's, which is the process id."""
    own, open_files = os.getpid(), len([*Path("/proc/self/fd").iterdir()])
    value = {"first": 7, "filled": b"abc"}
    assert own not in state
    state[own] = value
    assert (own in state, len(state), list(state)) == (True, 1, [own])
    assert state[own] == value
    del state[own]
    assert (own in state, len(state)) == (False, 0)
    with pytest.raises(LabError, match="no entry"):
        state[own]
    assert len([*Path("/proc/self/fd").iterdir()]) == open_files
    assert repr(state) == "<Map STATE: task_storage, s32 → {first: u32, filled: char[8]}>"


def test_a_map_that_is_held_is_still_read_by_a_thread_number():
    """What outlives the program is the same map, asked in the same way."""
    with load("state", text=TEXT % 8, type="tracepoint") as program, program.hold("STATE") as lease:
        program.maps["STATE"][os.getpid()] = {"first": 7}
        program.close()
        assert lease.maps["STATE"][os.getpid()]["first"] == 7
        assert list(lease.maps["STATE"]) == [os.getpid()]


@pytest.mark.skipif(not THREADS, reason="this kernel has no descriptor of a thread")
def test_each_thread_has_an_entry_of_its_own(state):
    """It is found while the thread lives, and `frame` and `clear` find them all."""
    ends = threading.Event()
    other = threading.Thread(target=ends.wait, daemon=True)
    other.start()
    try:
        state.fill({os.getpid(): {"first": 1}, other.native_id: {"first": 2}})
        frame = state.frame()
        assert dict(zip(frame["key"], frame["first"], strict=True)) == {
            os.getpid(): 1,
            other.native_id: 2,
        }
    finally:
        ends.set()
        other.join()
    assert list(state) == [os.getpid()]
    assert len(state.clear()) == 0


@pytest.mark.parametrize("nobody", [0, -1, 2**31 - 1])
def test_a_thread_that_is_not_there_has_no_entry(state, nobody):
    """And none can be given to it."""
    assert nobody not in state
    with pytest.raises(LabError, match="No such process"):
        state[nobody] = {"first": 1}


def test_an_older_kernel_says_that_it_cannot_ask_for_a_thread(state, monkeypatch):
    """Before Linux 6.9 a descriptor is of a process: this one behaves so for the thread."""
    real = os.pidfd_open

    def without_threads(pid, flags=0):
        if flags:
            raise OSError(22, "Invalid argument")
        return real(pid)

    monkeypatch.setattr(os, "pidfd_open", without_threads)
    ends = threading.Event()
    other = threading.Thread(target=ends.wait, daemon=True)
    other.start()
    try:
        state[os.getpid()] = {"first": 1}
        assert list(state) == [os.getpid()]
        with pytest.raises(LabError, match="not the first thread of its process") as caught:
            state[other.native_id]
        assert caught.value.kind == "no-thread"
    finally:
        ends.set()
        other.join()


def test_an_entry_goes_with_its_process():
    """While it lives its entry is there, and nobody has to delete it."""
    with load("state", text=TEXT % 8, type="tracepoint") as program, program.attached(hook=EXECVE):
        with standby("import time; time.sleep(60)") as process:
            assert program.maps["STATE"][process.pid]["first"] == 1
        assert process.pid not in program.maps["STATE"]


def test_two_thousand_processes_leave_no_memory_behind():
    """Of 32 KiB each, 64 MB would be missed: what 200 threads have is seen in the same number."""
    with load("state", text=TEXT % (32 << 10), type="tracepoint") as program:
        state, ends = program.maps["STATE"], threading.Event()
        with program.attached(hook=EXECVE):
            run("/usr/bin/true", times=100)
            before = unreclaimable()
            run("/usr/bin/true", times=2000)
        assert len(state) < 100  # of processes that live, of other users
        assert unreclaimable() - before < 16 << 20
        if not THREADS:
            return
        others = [threading.Thread(target=ends.wait, daemon=True) for _ in range(200)]
        for other in others:
            other.start()
        before = unreclaimable()
        state.fill({other.native_id: {"first": 1} for other in others})
        seen = unreclaimable() - before
        ends.set()
        assert seen > 4 << 20


def test_a_thread_that_becomes_the_first_one_keeps_its_entry():
    """execve gives it another number, and its memory in the kernel stays the same."""
    with load("two_hooks/storage") as program:
        with program.attached(**BOTH):
            mine = run(sys.executable, "-c", THREAD)
        frame = program.events.frame(mine)
    assert frame["path"].tolist() == [sys.executable, "/usr/bin/true"]
    assert (frame["tid_enter"] == frame["pid"]).tolist() == [True, False]
    assert (frame["tid"] == frame["pid"]).all()


@pytest.mark.skipif(
    not shutil.which("clang") and not os.environ.get("CI"), reason="there is no clang"
)
def test_a_text_for_clang_has_the_same_map():
    """Written by libbpf's names, it is read in the same way."""
    with load("state", text=FOR_CLANG) as program, program.attached():
        with standby("import time; time.sleep(60)") as process:
            assert program.maps["STATE"][process.pid] == {"first": 1, "filled": [0] * 8}
        assert process.pid not in program.maps["STATE"]


def unreclaimable():
    """Return how many bytes of the kernel's small objects cannot be reclaimed."""
    text = Path("/proc/meminfo").read_text(encoding="ascii")
    return int(re.search(r"SUnreclaim:\s+(\d+) kB", text)[1]) << 10
