"""What the kernel was built with, and what it lets us see."""

import pytest

from tests.doctor.examined import EXEC, VIRTUAL_MACHINE, look
from tests.machines import DEBIAN_KERNEL


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
