"""Each feature that a lesson may need, asked of a machine."""

import errno
import os

import pytest

from bpflab.doctor import features, probes
from bpflab.doctor.features import FEATURES
from tests.doctor.examined import EXEC
from tests.machines import (
    DEBIAN_KERNEL,
    DIST,
    MAP_CREATE,
    PROG_LOAD,
    RAW_TRACEPOINT_OPEN,
    TEST_RUN,
    VENV,
)

pytestmark = pytest.mark.usefixtures("root_at_work")
MOUNTS = "/proc/self/mounts"
ALL, SETGID, SETUID = (1 << 41) - 1, 6, 7  # include/uapi/linux/capability.h


def missing(machine):
    """Return the names of the features that this machine lacks."""
    return {name for name in FEATURES if features.look(name, machine).status != "ok"}


def test_nothing_is_missing(machine):
    """Each feature is found on a machine that has all, without a trial of a real program."""
    assert missing(machine) == set()
    assert "trial" not in vars(machine)


def test_a_name_says_what_it_is_for(machine):
    """A check carries the feature's name and the machine's answer; a note is a fault here."""
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    check = features.look("kprobes", machine)
    assert (check.name, check.status) == ("kprobes", "fault")
    assert "built without kprobes" in check.found
    with pytest.raises(KeyError):
        features.look("kprobe", machine)


@pytest.mark.parametrize(
    "command, kind, lost",
    [
        (MAP_CREATE, 27, {"ring buffer"}),
        (MAP_CREATE, 4, {"perf buffer"}),
        (MAP_CREATE, 5, {"per-CPU maps"}),
        (MAP_CREATE, 6, {"per-CPU maps"}),
        (MAP_CREATE, 9, {"LRU maps"}),
        (MAP_CREATE, 10, {"LRU maps"}),
        (MAP_CREATE, 3, {"tail calls", "tail calls in functions"}),
        (PROG_LOAD, 5, {"programs", "bpf_loop"}),
        (PROG_LOAD, 17, {"raw tracepoints", "raw test runs"}),
        (PROG_LOAD, 1, {"test runs", "tail calls in functions"}),
        (RAW_TRACEPOINT_OPEN, None, {"raw tracepoints"}),
        (TEST_RUN, None, {"test runs", "raw test runs"}),
    ],
)
def test_what_the_kernel_refuses_is_missing(machine, command, kind, lost):
    """A feature is probed by the very command that it takes, and another kernel mends it."""
    machine.refused = {(command, kind): errno.EINVAL}
    assert missing(machine) == lost
    check = features.look(min(lost), machine)
    assert check.found == "this kernel refuses it: Invalid argument"
    assert check.fix.splitlines()[0] == DEBIAN_KERNEL
    assert check.fix.splitlines()[1].startswith("./lab --vm")


def test_the_kernel_is_not_blamed_for_a_missing_privilege(machine):
    """Where the capabilities are missing, they are what is named."""
    machine.uid = 1000
    machine.refused = {(MAP_CREATE, 27): errno.EPERM}
    machine.write("/proc/self/status", "CapEff:\t0\nCapBnd:\t000001ffffffffff\n")
    check = features.look("ring buffer", machine)
    assert "lacks CAP_BPF and CAP_PERFMON" in check.found
    assert check.fix.startswith("sudo -v")


@pytest.mark.parametrize("path", [(), (f"/lab/{os.sep}",)])
def test_programs_take_bcc(machine, path):
    """A Python that does not see BCC loads nothing, whatever the kernel can."""
    machine.python = type(VENV)(VENV.executable, VENV.version, VENV.prefix, VENV.base_prefix, path)
    machine.with_trial(file="", genuine=False, stage="started")
    assert missing(machine) == {"programs"}


def test_programs_take_the_real_bcc(machine):
    """What shadows BCC is found by looking, not by importing."""
    machine.write("/lab/bcc.py")
    machine.with_trial(file="/lab/bcc.py", genuine=False, stage="imported")
    assert "another project" in features.look("programs", machine).found


@pytest.mark.parametrize(
    "file, text, lost",
    [
        (f"{DIST}/bcc/libbcc.py", None, {"programs"}),
        ("/lib/modules/6.12.9-amd64/build/include/linux/kconfig.h", None, {"programs"}),
        ("/sys/kernel/security/lockdown", "none [confidentiality]", {"programs"}),
        (EXEC, None, {"tracepoints"}),
        ("/usr/bin/clang", None, {"clang"}),
        ("/usr/lib/libbpf.so.1", None, {"libbpf"}),
        ("/usr/sbin/bpftool", None, {"bpftool"}),
        ("/usr/bin/bpftrace", None, {"bpftrace"}),
        (MOUNTS, "proc /proc proc rw 0 0", {"bpffs"}),
        (
            "/proc/self/status",
            f"CapEff: {(1 << 39) | (1 << 38):x}",
            {"bpftool", "bpftrace", "other users"},
        ),
        ("/proc/self/status", f"CapEff: {ALL & ~(1 << SETGID):x}", {"other users"}),
        ("/proc/self/status", f"CapEff: {ALL & ~(1 << SETUID):x}", {"other users"}),
    ],
)
def test_what_the_machine_lacks_is_missing(machine, file, text, lost):
    """Each thing that is taken away takes its own feature, and no other."""
    machine.with_trial(file="", genuine=False, stage="started")
    machine.remove(file)
    if text is not None:
        machine.write(file, text)
    assert missing(machine) == lost


def test_numbers_of_the_machine(machine, monkeypatch):
    """One CPU, larger pages, another architecture and a child that cannot be traced are seen."""
    machine.cpus, machine.page_size, machine.arch = 1, 65536, "riscv64"
    monkeypatch.setattr(probes, "traced_child", lambda: "Operation not permitted")
    lost = {"two CPUs", "pages of 4096 bytes", "system-call names", "ptrace"}
    assert missing(machine) == lost
    assert "65536 bytes" in features.look("pages of 4096 bytes", machine).found


def test_a_trial_that_was_made_counts(machine):
    """Once the doctor has loaded a real program, it is what says whether programs run."""
    machine.with_trial(stage="compiled", error="R0 !read_ok")
    assert features.look("programs", machine).status == "ok"
    assert not machine.trial.left
    assert "R0 !read_ok" in features.look("programs", machine).found
