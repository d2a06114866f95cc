"""Which helpers a program may call, as this kernel says it."""

from pathlib import Path

import pytest

from bpflab.bindings import helpers
from bpflab.reference.helpers import HELPERS


def may(type, name):
    """Return whether a program of this type may call the helper."""
    return HELPERS[name].number in helpers.allowed(type)


def opened():
    """Return the descriptors of this process."""
    return {each.name for each in Path("/proc/self/fd").iterdir()}


@pytest.mark.kernel
def test_a_type_may_call_its_helpers_and_no_other():
    """A packet's helpers are for packets, and a ring's for all."""
    assert may("tracepoint", "bpf_ringbuf_reserve") and may("xdp", "bpf_ringbuf_reserve")
    assert may("tracepoint", "bpf_get_current_comm") and may("tracepoint", "bpf_get_stackid")
    assert not may("tracepoint", "bpf_skb_load_bytes")
    assert may("socket_filter", "bpf_skb_load_bytes")
    assert may("xdp", "bpf_xdp_adjust_head")
    for type in ("tracepoint", "raw_tracepoint", "kprobe", "socket_filter", "sched_cls"):
        assert not may(type, "bpf_xdp_adjust_head")
    assert not may("tracepoint", "bpf_copy_from_user")  # it may sleep


@pytest.mark.kernel
def test_helpers_that_are_not_asked_for():
    """They are known from those beside them, or by the maps that they need."""
    assert may("tracepoint", "bpf_trace_printk") and may("tracepoint", "bpf_probe_write_user")
    assert may("xdp", "bpf_trace_printk") and not may("xdp", "bpf_probe_write_user")
    assert may("xdp", "bpf_spin_lock") and not may("tracepoint", "bpf_spin_lock")
    assert not may("kprobe", "bpf_timer_start")


@pytest.mark.kernel
def test_asking_loads_nothing_and_leaves_nothing_open():
    """The kernel refuses each program that asks, and a second time it is not asked."""
    helpers.allowed.cache_clear()
    before = opened()
    first = helpers.allowed("tracepoint")  # fails if a program that asks is loaded
    assert opened() == before
    assert len(first) > 40 and helpers.allowed("tracepoint") is first


@pytest.mark.parametrize("type", ["unspec", "tracing", "no such type", ""])
def test_a_type_that_cannot_be_asked_for(type):
    """Nothing is claimed of it."""
    assert helpers.allowed(type) is None
