"""Who runs the lab, and with which Python and BCC."""

import pytest

from bpflab import LabError
from bpflab.doctor.user import program
from tests.doctor.examined import VIRTUAL_MACHINE, look
from tests.machines import BPF_AND_PERFMON, DIST


@pytest.mark.parametrize("bit, lacking", [(39, "CAP_PERFMON"), (38, "CAP_BPF")])
def test_privilege_half(machine, bit, lacking):
    """One capability of the two is a fault that names the other."""
    bounding = f"CapBnd:\t{BPF_AND_PERFMON:016x}\n"
    machine.write("/proc/self/status", f"CapEff:\t{1 << bit:016x}\n{bounding}")
    check = look(machine, "privilege")
    assert (check.status, check.fix[:23]) == ("fault", "sudo -v && ./lab doctor")
    assert check.found.startswith(f"user 1000 lacks {lacking}:")


def test_privilege_sys_admin(machine):
    """CAP_SYS_ADMIN covers both."""
    machine.write("/proc/self/status", f"CapEff:\t{1 << 21:016x}\n")
    assert look(machine, "privilege").status == "ok"


@pytest.mark.parametrize("level, status", [("2", "ok"), ("3", "fault"), ("-1", "ok")])
def test_privilege_where_the_kernel_asks_for_more(machine, level, status):
    """Above the second level of perf_event_paranoid CAP_PERFMON does not attach."""
    machine.write("/proc/sys/kernel/perf_event_paranoid", f"{level}\n")
    check = look(machine, "privilege")
    assert check.status == status and (level in check.found) == (status == "fault")


def test_privilege_root_of_a_container(machine):
    """Root without the capabilities gets the container's options, not ./lab."""
    machine.uid = 0
    machine.write("/proc/self/status", "CapEff:\t00000000a80425fb\n")
    check = look(machine, "privilege")
    assert (check.status, check.found[:4]) == ("fault", "root")
    assert check.fix.splitlines() == [
        "# start the container again with --cap-add=BPF --cap-add=PERFMON",
        VIRTUAL_MACHINE,
    ]


def test_privilege_that_nobody_can_give(machine):
    """A user whose bounding set lacks the capabilities gets them neither from sudo nor ./lab."""
    nothing = "CapEff:\t0000000000000000\nCapBnd:\t{:016x}\n"
    machine.write("/proc/self/status", nothing.format(BPF_AND_PERFMON))
    assert look(machine, "privilege").fix.startswith("sudo -v && ./lab doctor")
    machine.write("/proc/self/status", nothing.format(1 << 39))
    assert VIRTUAL_MACHINE in look(machine, "privilege").fix


def test_privilege_without_sudo(machine):
    """Where there is no sudo no line asks for it, and the way without root is named."""
    machine.remove("/usr/bin/sudo")
    machine.write("/proc/self/status", "CapEff:\t0\nCapBnd:\t000001ffffffffff\n")
    fix = look(machine, "privilege").fix
    assert "sudo -v" not in fix and fix.endswith(VIRTUAL_MACHINE)


def test_python_too_old(machine):
    """It is mended by a new venv, or by a newer distribution."""
    machine.version = (3, 10)
    check = look(machine, "python")
    assert (check.status, check.fix[:21]) == ("fault", "rm -rf .venv && ./lab")
    assert "needs 3.11" in check.found and "Ubuntu 24.04" in check.fix


def test_the_oldest_python(machine):
    """3.11, which Debian 12 has, is new enough."""
    machine.version = (3, 11)
    assert look(machine, "python").status == "ok"


def test_bcc_elsewhere(machine):
    """A Python that imports the real BCC from another place is as good."""
    site = "/usr/lib64/python3.13/site-packages"
    machine.sys_path = (site,)
    for name in ("__init__", "libbcc"):
        machine.write(f"{site}/bcc/{name}.py")
    assert look(machine, "bcc").status == "ok"


def test_bcc_missing(machine):
    """No BCC at all: apt installs it."""
    for name in ("__init__", "libbcc", "version"):
        machine.remove(f"{DIST}/bcc/{name}.py")
    check = look(machine, "bcc")
    assert (check.status, check.fix) == ("fault", "sudo apt-get install python3-bpfcc")


def test_bcc_hidden(machine):
    """BCC is installed and this Python does not see it: a new venv."""
    machine.sys_path = ("/lab",)
    check = look(machine, "bcc")
    assert (check.status, check.fix[:21]) == ("fault", "rm -rf .venv && ./lab")


def test_bcc_impostor(machine):
    """PyPI's package of that name is removed with the pip of this interpreter."""
    site = "/lab/.venv/lib/python3.13/site-packages"
    machine.sys_path = (site, DIST)
    machine.write(f"{site}/bcc/__init__.py")
    check = look(machine, "bcc")
    assert check.status == "fault"
    assert check.found.startswith(f"{site}/bcc/__init__.py is another project")
    assert check.fix == (
        "/lab/.venv/bin/python -m pip uninstall -y bcc && sudo apt-get install python3-bpfcc"
    )


def test_bcc_own_file(machine):
    """A learner's bcc.py is moved aside, not uninstalled; a folder of that name hides nothing."""
    machine.sys_path = ("/home/a b", DIST)
    machine.path("/home/a b/bcc").mkdir(parents=True)
    assert look(machine, "bcc").status == "ok"
    machine.write("/home/a b/bcc.py")
    assert look(machine, "bcc").fix == "mv '/home/a b/bcc.py' '/home/a b/bcc.py'.aside"


def test_bcc_has_a_version(machine):
    """The real one is named with its version."""
    assert look(machine, "bcc").found == f"BCC 0.31.0 in {DIST}/bcc/__init__.py"


@pytest.mark.parametrize("arch, status", [("aarch64", "ok"), ("riscv64", "fault")])
def test_syscalls(machine, arch, status):
    """The course knows the system calls of two architectures."""
    machine.arch = arch
    assert look(machine, "syscalls").status == status


@pytest.mark.parametrize(
    "outcome, found",
    [
        (5, "counted 5 of 7 execs"),
        (ImportError("No module named 'numpy'"), "not tried: No module named 'numpy'"),
        (LabError("stack", "Too much.", why="It has 512.", fix="Less."), "Too much. It has 512."),
    ],
)
def test_program_faults(machine, outcome, found):
    """A program that is not loaded, or does not count in full, is a fault that says why."""
    check = look(machine.with_trial(outcome), "program")
    assert (check.status, found in check.found) == ("fault", True)
    assert check.fix


def test_program_that_is_refused(machine):
    """What the refusal advises is a comment; with no other fault, another kernel is named."""
    machine.with_trial(LabError("tracefs", "No.", fix="Mount it."))
    lines = program(machine).fix.splitlines()
    assert lines[0] == "# Mount it." and lines[-1] == VIRTUAL_MACHINE


def test_program_after_other_faults(machine):
    """A failed program names the faults to mend first."""
    machine.write("/proc/self/status", "CapEff:\t0000000000000000\n")
    check = look(machine.with_trial(LabError("privilege", "No.")), "program")
    assert check.fix == "./lab doctor   # once mended: privilege"
