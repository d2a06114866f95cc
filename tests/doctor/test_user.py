"""Who runs the lab, and with which Python and BCC."""

from dataclasses import replace

import pytest

from bpflab import doctor
from bpflab.doctor.headers import MS_EXTENSIONS
from tests.doctor.examined import LATER, OLD, VIRTUAL_MACHINE, look
from tests.machines import BPF_AND_PERFMON, DIST, MODULES, VENV


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
    """Root without the capabilities is told of the container's options, not of ./lab."""
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


def test_privilege_without_proc(machine):
    """Where /proc is not mounted, root is taken at its word."""
    machine.remove("/proc/self/status")
    assert look(machine, "privilege").status == "fault"
    machine.uid = 0
    assert look(machine, "privilege").status == "ok"


@pytest.mark.parametrize(
    "python, found",
    [
        (replace(VENV, path=()), "made without --system-site-packages"),
        (replace(VENV, path=(), base_prefix="/opt/uv/3.13"), "belongs to /opt/uv/3.13"),
        (replace(VENV, path=(), prefix="/usr"), f"does not look into {DIST}"),
        (replace(VENV, version=(3, 9), base_prefix="/opt/pyenv/3.9"), "needs 3.11"),
    ],
)
def test_python_blind(machine, python, found):
    """A Python that cannot serve the lab is a fault, mended by a new venv."""
    machine.python = python
    machine.with_trial(file="", genuine=False, stage="started")
    check = look(machine, "python")
    assert (check.status, check.fix[:21]) == ("fault", "rm -rf .venv && ./lab")
    assert found in check.found


def test_new_venv_where_the_old_one_is(machine):
    """The venv to remove is the one that ./lab makes: BPFLAB_LOCAL says where."""
    machine.python = replace(VENV, path=())
    machine.environ = {"BPFLAB_LOCAL": "/var/my lab"}
    machine.with_trial(file="", genuine=False, stage="started")
    for name in ("python", "bcc"):
        assert look(machine, name).fix.startswith("rm -rf '/var/my lab/.venv' && ./lab ")


def test_the_oldest_python(machine):
    """3.11, which Debian 12 has, is new enough."""
    machine.python = replace(VENV, version=(3, 11))
    assert look(machine, "python").status == "ok"


def test_python_of_an_old_distribution(machine):
    """Where the distribution's own Python is too old, no venv helps."""
    machine.python = replace(VENV, version=(3, 10))
    check = look(machine, "python")
    assert check.status == "fault"
    assert "Ubuntu 24.04" in check.fix


def test_python_elsewhere(machine):
    """A Python that imports the real BCC from another place is as good."""
    machine.python = replace(VENV, path=("/usr/lib64/python3.13/site-packages",))
    assert look(machine, "python").status == "ok"


def test_bcc_missing(machine):
    """No BCC at all: apt installs it; nothing else is blamed for the program."""
    machine.with_trial(file="", genuine=False, stage="started")
    machine.remove(f"{DIST}/bcc/__init__.py")
    machine.remove(f"{DIST}/bcc/libbcc.py")
    check = look(machine, "bcc")
    assert (check.status, check.fix) == ("fault", "sudo apt-get install python3-bpfcc")
    program = look(machine, "program")
    assert (program.status, program.fix) == ("fault", "./lab doctor   # once mended: bcc")


def test_bcc_hidden(machine):
    """BCC is installed and this Python does not see it: a new venv."""
    machine.with_trial(file="", genuine=False, stage="started")
    check = look(machine, "bcc")
    assert (check.status, check.fix[:21]) == ("fault", "rm -rf .venv && ./lab")


def test_bcc_impostor(machine):
    """PyPI's package of that name is removed with the pip of this interpreter."""
    file = "/lab/.venv/lib/python3.13/site-packages/bcc/__init__.py"
    machine.with_trial(file=file, genuine=False, stage="imported")
    check = look(machine, "bcc")
    assert check.status == "fault"
    assert check.found.startswith(f"{file} is another project")
    assert check.fix == (
        "/lab/.venv/bin/python -m pip uninstall -y bcc && sudo apt-get install python3-bpfcc"
    )


def test_bcc_own_file(machine):
    """A learner's own bcc.py is moved aside, not uninstalled."""
    machine.with_trial(file="/home/a b/bcc.py", genuine=False, stage="imported")
    assert look(machine, "bcc").fix == "mv '/home/a b/bcc.py' '/home/a b/bcc.py'.aside"


def test_bcc_broken(machine):
    """A BCC whose library is gone is installed again."""
    machine.with_trial(stage="found", error="OSError: libbcc.so.0: cannot open")
    check = look(machine, "bcc")
    assert (check.status, "libbcc.so.0" in check.found) == ("fault", True)
    assert check.fix == "sudo apt-get install --reinstall python3-bpfcc libbpfcc"


@pytest.mark.parametrize(
    "makefile, tagged, status",
    [(LATER, False, "note"), (LATER, True, "ok"), (OLD, False, "ok"), (OLD, True, "ok")],
)
def test_bcc_that_does_not_speak_the_headers_dialect(machine, makefile, tagged, status):
    """A BCC that leaves out what the headers nest is a note: what it is, not how it is numbered."""
    machine.write(f"{MODULES}/build/Makefile", makefile)
    check = look(machine.with_trial(tagged=tagged), "bcc")
    assert check.status == status
    assert (str(MS_EXTENSIONS) in check.fix) == (status == "note")


def test_bcc_that_was_not_tried_on_a_struct(machine):
    """Nothing is said of a BCC that compiled nothing."""
    machine.write(f"{MODULES}/build/Makefile", LATER)
    assert look(machine.with_trial(stage="imported"), "bcc").status == "ok"


@pytest.mark.parametrize(
    "version, uid, status",
    [("0.26.0", 1000, "note"), ("0.26.0", 0, "ok"), ("0.29.1+ds", 1000, "ok")],
)
def test_bcc_kallsyms(machine, version, uid, status):
    """BCC before 0.29 resolves kernel symbols for root only, which is a note to all others."""
    machine.uid = uid
    check = look(machine.with_trial(version=version), "bcc")
    assert check.status == status
    assert ("event='__x64_sys_execve'" in check.fix) == (status == "note")


def test_bcc_both_limits(machine):
    """Two limits at once give one note with two lines to mend them."""
    machine.write(f"{MODULES}/build/Makefile", LATER)
    check = look(machine.with_trial(version="0.26.0"), "bcc")
    assert (check.status, len(check.fix.splitlines())) == ("note", 2)


def test_syscalls(machine):
    """The course knows two architectures; for others ausyscall must be there."""
    machine.arch = "aarch64"
    assert look(machine, "syscalls").status == "ok"
    machine.arch = "riscv64"
    check = look(machine, "syscalls")
    assert (check.status, check.fix) == ("fault", "sudo apt-get install auditd")
    machine.write("/usr/bin/ausyscall")
    assert look(machine, "syscalls").status == "ok"


@pytest.mark.parametrize(
    "facts, found",
    [
        ({"counted": 5}, "counted 5 of 7 execs"),
        ({"counted": 0, "fired": 0}, "counted 0 of 0 execs"),
        ({"late": 7}, "7 more after it was detached"),
        ({"left": True}, "program 12 is still in the kernel"),
        ({"stage": "imported", "error": "clang: no"}, "could not compile a small program"),
        ({"stage": "compiled", "error": "R0 !read_ok"}, "the kernel refused a small program"),
        ({"stage": "loaded"}, "could not be attached to syscalls:sys_enter_execve"),
        ({"stage": "attached"}, "was attached, and then failed"),
        ({"stage": "compiled", "timed_out": True}, "not done after 30 s; it came as far as"),
    ],
)
def test_program_faults(machine, facts, found):
    """A program that is not loaded, counted in full and gone is a fault that says what it did."""
    check = look(machine.with_trial(**facts), "program")
    assert (check.status, found in check.found) == ("fault", True)
    assert check.fix
    assert str(facts.get("error", "")) in check.found


def test_program_that_was_done_at_the_deadline(machine):
    """A child that has done all and only does not end is no fault: its counts are what counts."""
    assert look(machine.with_trial(timed_out=True), "program").status == "ok"
    late = machine.with_trial(timed_out=True, counted=5)
    assert "counted 5 of 7" in doctor.examine(replace(late))[-1].found


@pytest.mark.parametrize("stage, blamed", [("imported", False), ("compiled", True)])
def test_program_that_the_kernel_refuses(machine, stage, blamed):
    """Where nothing else is wrong and the kernel refuses, another kernel is named."""
    check = look(machine.with_trial(stage=stage), "program")
    assert (VIRTUAL_MACHINE in check.fix) == blamed


def test_program_after_other_faults(machine):
    """A failed program names the faults to mend first."""
    machine.write("/proc/self/status", "CapEff:\t0000000000000000\n")
    check = look(machine.with_trial(stage="imported"), "program")
    assert check.fix == "./lab doctor   # once mended: privilege"
