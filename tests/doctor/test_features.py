"""Each feature that a lesson may need, asked of a machine."""

import os

import pytest

from bpflab.doctor import features, trial
from bpflab.doctor.features import FEATURES
from tests.doctor.examined import EXEC
from tests.machines import DEBIAN_KERNEL, DIST

pytestmark = pytest.mark.usefixtures("root_at_work")
MOUNTS = "/proc/self/mounts"
ALL, SETGID, SETUID = (1 << 41) - 1, 6, 7  # include/uapi/linux/capability.h


def missing(machine):
    """Return the names of the features that this machine lacks."""
    return {name for name in FEATURES if features.look(name, machine).status != "ok"}


def test_nothing_is_missing(machine):
    """Each feature is found on a machine that has all, without a trial of a real program."""
    machine.with_trial(AssertionError("it was tried"))
    assert missing(machine) == set()


def test_a_name_says_what_it_is_for(machine):
    """A check carries the feature's name and the machine's answer; a note is a fault here."""
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    check = features.look("kprobes", machine)
    assert (check.name, check.status) == ("kprobes", "fault")
    assert "built without kprobes" in check.found
    with pytest.raises(KeyError):
        features.look("kprobe", machine)


def test_a_kernel_that_loads_nothing_is_to_blame(machine, monkeypatch):
    """Where bpf(2) is refused with all else in place, another kernel mends it."""
    monkeypatch.setattr(trial, "load_two_instructions", lambda: "Operation not permitted")
    assert missing(machine) == {"programs"}
    check = features.look("programs", machine)
    assert check.found == "this kernel refuses it: Operation not permitted"
    assert check.fix.splitlines()[0] == DEBIAN_KERNEL
    assert check.fix.splitlines()[1].startswith("./lab --vm")


def test_the_kernel_is_not_blamed_for_a_missing_privilege(machine, monkeypatch):
    """Where the capabilities are missing, they are what is named."""
    machine.uid = 1000
    monkeypatch.setattr(trial, "load_two_instructions", lambda: "Operation not permitted")
    machine.write("/proc/self/status", "CapEff:\t0\nCapBnd:\t000001ffffffffff\n")
    check = features.look("programs", machine)
    assert "lacks CAP_BPF and CAP_PERFMON" in check.found
    assert check.fix.startswith("sudo -v")


@pytest.mark.parametrize("path", [(), (f"/lab/{os.sep}",)])
def test_programs_take_bcc(machine, path):
    """A Python that does not see BCC loads nothing, whatever the kernel can."""
    machine.sys_path = path
    assert missing(machine) == {"programs"}


def test_programs_take_the_real_bcc(machine):
    """What shadows BCC is found by looking, not by importing."""
    machine.write("/lab/bcc.py")
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
        ("/usr/bin/make", None, {"build tools"}),
        ("/usr/sbin/bpftool", None, {"bpftool", "build tools"}),
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
    machine.remove(file)
    if text is not None:
        machine.write(file, text)
    assert missing(machine) == lost


def test_numbers_of_the_machine(machine, monkeypatch):
    """One CPU, larger pages, another architecture and a child that cannot be traced are seen."""
    machine.cpus, machine.page_size, machine.arch = 1, 65536, "riscv64"
    monkeypatch.setattr(trial, "trace_child", lambda: "Operation not permitted")
    monkeypatch.setattr(trial, "load_sleepable", lambda: "Invalid argument")
    lost = {"two CPUs", "pages of 4096 bytes", "system-call names", "ptrace"}
    lost |= {"sleepable programs"}
    assert missing(machine) == lost
    assert "65536 bytes" in features.look("pages of 4096 bytes", machine).found
