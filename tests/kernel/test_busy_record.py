"""A record that is reserved and not submitted, in the bytes of a real ring."""

import os
import struct
import threading

from bpflab import load, syscalls
from bpflab.data.ring import BUSY
from bpflab.exercises.rings import half_way


def test_a_busy_record_stands_before_one_that_is_done():
    """As bpf/events/behind.c leaves it half way."""
    raw = half_way()
    records = [struct.unpack_from("=3I", raw, at) for at in (0, 24)]
    assert len(raw) == 48
    assert [(header, number) for header, _, number in records] == [(BUSY | 16, 1), (16, 2)]


def test_other_threads_of_the_process_make_no_record():
    """ipykernel has a thread that asks for the parent process each second."""
    done, called = threading.Event(), threading.Event()

    def call():
        while not done.is_set():
            os.getppid()
            called.set()

    other = threading.Thread(target=call)
    one_call = {"TID": threading.get_native_id(), "NR": syscalls.number("getppid")}
    with load("events/behind", type="raw_tracepoint", defines=one_call) as behind:
        other.start()
        try:
            with behind.attached(first="sys_enter", second="bpf_trace_printk"):
                os.getppid()
                called.clear()
                assert called.wait(10)
        finally:
            done.set()
            other.join()
        assert behind.events.frame()["number"].tolist() == [1, 2]
