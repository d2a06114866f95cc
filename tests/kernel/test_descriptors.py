"""Descriptors used up, at each step of load and attach: one refusal, and nothing is left open."""

import contextlib
import gc
import os
import resource

import pytest

from bpflab import LabError, load
from bpflab.compiling import bcc
from tests.kernel.held import held

pytestmark = pytest.mark.usefixtures("own_cache", "nothing_left")

LIMIT = 400
BCC = """
BPF_ARRAY(seen, u64, 1);
int hook(void *ctx)
{
	seen.atomic_increment(0);
	return 0;
}
int other(void *ctx)
{
	seen.atomic_increment(0);
	return 1;
}
"""
CLANG = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} seen SEC(".maps");
SEC("raw_tracepoint/sched_switch")
int hook(void *ctx)
{
	__u32 key = 0;
	__u64 *value = bpf_map_lookup_elem(&seen, &key);

	return value && *value;
}
char _license[] SEC("license") = "GPL";
"""


@contextlib.contextmanager
def few(free):
    """Leave this process *free* descriptors for a block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, hard))
    taken = []
    try:
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(2))
        for fd in taken[:free]:
            os.close(fd)
        del taken[:free]
        yield
    finally:
        for fd in taken:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def opened():
    """Return what this process has open, the child that waits apart."""
    bcc._spare.end()
    gc.collect()
    fds = {fd: f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")}  # noqa: PTH208
    return sorted(os.readlink(fds[fd]) for fd in fds if os.path.lexists(fds[fd]))  # noqa: PTH115


def outcomes(work, free):
    """Return the kinds of refusal that *work* meets as descriptors become more, until it passes."""
    kinds, before = [], opened()
    for number in range(free):
        try:
            with few(number):
                work(number)
        except LabError as refusal:
            kinds.append(refusal.kind)
            assert "ulimit -n" in refusal.fix
        else:
            return kinds
        finally:
            assert opened() == before
    raise AssertionError(f"it never passed: {kinds}")


@pytest.mark.parametrize("text", [BCC, CLANG], ids=["bcc", "clang"])
def test_a_new_text(text):
    """For the child's pipes, its files, the maps or the programs."""
    kinds = outcomes(lambda n: load("new", text=f"{text}// {n}\n").close(), 16)
    assert set(kinds) == {"descriptors"}
    assert len(kinds) >= 6


@pytest.mark.parametrize("text", [BCC, CLANG], ids=["bcc", "clang"])
def test_a_known_text(text):
    """It needs no child, and a descriptor for each map and program."""
    load("known", text=text).close()
    kinds = outcomes(lambda _: load("known", text=text).close(), 16)
    assert set(kinds) == {"descriptors"}


@pytest.mark.parametrize(
    ("type", "hook"),
    [("tracepoint", "syscalls:sys_enter_execve"), ("raw_tracepoint", "sched_switch")],
)
def test_a_hook(type, hook):
    """The program stays as it was, loaded and not attached."""
    with load("hooks", text=BCC, type=type) as program:

        def attach(_):
            with program.attached(hook=hook):
                pass

        assert set(outcomes(attach, 8)) == {"descriptors"}
        assert program.links == {}


RING = """
struct event { u32 pid; };
BPF_RINGBUF_OUTPUT(events, 1);
int hook(void *ctx)
{
	struct event e = {};
	events.ringbuf_output(&e, sizeof(e), 0);
	return 0;
}
"""


def test_a_ring():
    """Two mappings, each of which takes a descriptor; none is left while the error is kept."""
    refusals = []
    with load("ring", text=RING) as program:
        for free in range(3):
            try:
                with few(free):
                    program.ring()
            except LabError as error:
                refusals.append(error)  # with its traceback
                assert held(os.getpid())["mapped"] == 0
        assert [error.kind for error in refusals] == ["descriptors"] * 2
        assert held(os.getpid())["mapped"] == 2
