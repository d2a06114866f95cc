"""The kprobe path of the hooks: a program on a kernel function, from attach to close."""

import os
from collections import Counter

import pytest

from bpflab import LabError, load, run
from bpflab.bindings import perfevent
from tests.kernel.held import held

pytestmark = pytest.mark.usefixtures("nothing_left")

probes = pytest.mark.skipif(
    not perfevent.KPROBES.exists(), reason="this kernel was built without kprobes"
)

# The function of the call itself has another name on each architecture; every execve comes here.
EXEC = "security_bprm_check"
TEXT = """
BPF_HASH(first, u32, u64);
BPF_HASH(second, u32, u64);
int hello(struct pt_regs *ctx)
{
	first.atomic_increment(bpf_get_current_pid_tgid() >> 32);
	return 0;
}
int other(struct pt_regs *ctx)
{
	second.atomic_increment(bpf_get_current_pid_tgid() >> 32);
	return 0;
}
"""


def counted(counts, pids):
    """How many of these processes were counted how often."""
    held_for = dict(counts.frame().values)
    return Counter(held_for.get(pid, 0) for pid in pids)


@probes
def test_hello_world():
    """A program on a kernel function runs at each of 23 calls, and at none after its detach."""
    with load("hello", text=TEXT, type="kprobe") as program:
        with program.attached(hello=EXEC):
            inside = run("/usr/bin/true", times=23)
        outside = run("/usr/bin/true", times=5)
        assert counted(program.maps["first"], inside.pids) == {1: 23}
        assert counted(program.maps["first"], outside.pids) == {0: 5}
        assert counted(program.maps["second"], inside.pids) == {0: 23}


@probes
def test_two_programs_on_one_function():
    """Each of two programs on the same function is detached alone."""
    with load("hello", text=TEXT, type="kprobe") as program:
        program.attach(hello=EXEC, other=EXEC)
        assert held(os.getpid())["perf_event"] == 2
        both = run("/usr/bin/true", times=7)
        program.detach("hello")
        one = run("/usr/bin/true", times=11)
        assert counted(program.maps["first"], both.pids + one.pids) == {1: 7, 0: 11}
        assert counted(program.maps["second"], both.pids + one.pids) == {1: 18}


@probes
def test_a_call_by_half_its_name():
    """A name that the kernel does not have is refused with those that contain it."""
    with load("hello", text=TEXT, type="kprobe") as program:
        with pytest.raises(LabError) as caught:
            program.attach(hello="bprm_check")
        assert caught.value.kind == "attach" and EXEC in caught.value.fix
        with pytest.raises(LabError) as caught:
            program.attach(hello="security_bprm_chec")
        assert caught.value.kind == "attach" and EXEC in caught.value.fix


def test_without_kprobes(monkeypatch, tmp_path):
    """Where the kernel has no kprobes, the refusal says what to do instead."""
    monkeypatch.setattr(perfevent, "KPROBES", tmp_path / "kprobe")
    with load("hello", text=TEXT, type="kprobe") as program:
        with pytest.raises(LabError) as caught:
            program.attach(hello=EXEC)
        assert caught.value.kind == "no-kprobes" and "tracepoint" in caught.value.fix
        assert not program.links
