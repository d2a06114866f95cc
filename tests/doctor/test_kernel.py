"""What the kernel was built with, and what it lets us see."""

import re

import pytest

from bpflab.doctor import kernel
from bpflab.paths import ROOT
from tests.doctor.examined import EXEC, VIRTUAL_MACHINE, look
from tests.machines import DEBIAN_KERNEL


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ("6.1.0-57-amd64", "ok"),
        ("6.12.9-amd64", "ok"),
        ("7.3.4+deb13-amd64", "ok"),
        ("6.10.3", "note"),
        ("7.0.0-14-generic", "note"),
        ("7.30.1", "note"),
        ("what", "note"),
    ],
)
def test_a_kernel_that_was_not_tried_is_a_note(machine, release, status):
    """6.10 is not 6.1, and 7.30 is not 7.3; nothing has to be done, and what was tried is said."""
    machine.release = release
    check = look(machine, "kernel")
    assert check.status == status
    assert f"Linux {release}" in check.found
    assert "on Linux 6.1, 6.12, 6.18, 7.2 and 7.3, in November 2026" in check.found
    assert check.fix.startswith("# none needed") == (status == "note")


def test_what_was_tried_is_what_the_readme_says():
    """The doctor and the README's table name the same kernels."""
    rows = (ROOT / "README.md").read_text().partition("| system |")[2].partition("\n\n")[0]
    assert set(re.findall(r"Linux (\d+\.\d+)", rows)) - {"7.0"} == set(kernel.TRIED)


def test_tracefs_not_mounted(machine):
    """An empty mount point is mended by mounting tracefs."""
    machine.remove(EXEC)
    machine.path("/sys/kernel/tracing").mkdir()
    check = look(machine, "tracefs")
    assert check.status == "fault"
    assert check.fix.splitlines()[0] == "sudo mount -t tracefs nodev /sys/kernel/tracing"


@pytest.mark.parametrize("name", ["/sys/kernel/tracing", EXEC])
def test_tracefs_denied(machine, name):
    """A tracefs that this user may not read is opened by ./lab, and not needed in its machine."""
    machine.denied = (EXEC, name)
    check = look(machine, "tracefs")
    assert check.status == "fault"
    assert check.fix.startswith("./lab   # sets up") and check.fix.endswith(VIRTUAL_MACHINE)


def test_tracefs_below_debugfs(machine):
    """BCC prefers debugfs's tracing where it sees it, so that is the one to be readable."""
    machine.write(EXEC.replace("tracing", "debug/tracing", 1))
    assert "/sys/kernel/debug/tracing" in look(machine, "tracefs").found
    machine.denied = (EXEC.replace("tracing", "debug/tracing", 1),)
    assert "/sys/kernel/debug/tracing" in look(machine, "tracefs").found


def test_tracefs_without_system_calls(machine):
    """A kernel without system-call tracepoints is replaced."""
    machine.remove(EXEC)
    machine.write("/sys/kernel/tracing/events/sched/enable")
    assert look(machine, "tracefs").fix == f"{DEBIAN_KERNEL}\n{VIRTUAL_MACHINE}"


def test_kprobes_missing(machine):
    """No kprobes is a note, never a fault; the kernel that has them is the distribution's."""
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    check = look(machine, "kprobes")
    assert (check.status, check.fix.splitlines()[1]) == ("note", DEBIAN_KERNEL)
    assert check.fix.startswith("# none needed")
    machine.write("/etc/os-release", 'ID="ubuntu"\n')
    fix = look(machine, "kprobes").fix
    assert fix.splitlines()[1] == "sudo apt-get install linux-generic && sudo reboot"


def test_lockdown(machine):
    """Only confidentiality keeps programs from reading memory."""
    machine.write("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
    check = look(machine, "lockdown")
    assert (check.status, "update-grub && sudo reboot" in check.fix) == ("fault", True)
    assert check.fix.endswith(VIRTUAL_MACHINE)
    machine.write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
    assert look(machine, "lockdown").status == "ok"
