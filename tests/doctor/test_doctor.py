"""The doctor names each fault of a machine with the line that mends it."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bpflab import doctor
from bpflab.doctor import Check, Machine, Trial
from bpflab.doctor.headers import MS_EXTENSIONS, dialect_flags, version_key
from bpflab.doctor.lessons import Lesson
from bpflab.doctor.trial import is_gone, last_lines, read_facts, try_program
from tests.machines import (
    BPF_AND_PERFMON,
    DEBIAN_KERNEL,
    DIST,
    DONE,
    FILES,
    MODULES,
    RELEASE,
    VENV,
    healthy,
    on_a_bare_machine,
)

VIRTUAL_MACHINE = "./lab --vm   # or leave this kernel as it is: the lab in a virtual machine"


@pytest.fixture
def machine(tmp_path):
    """A machine on which nothing is missing."""
    return healthy(tmp_path)


def look(machine, name):
    """Examine the machine and return the check of this name."""
    return next(check for check in doctor.examine(machine) if check.name == name)


def test_healthy(machine):
    """A machine that lacks nothing gets fifteen checks, all ok, none with a fix."""
    checks = doctor.examine(machine)
    assert [(check.name, check.status, check.fix) for check in checks] == [
        (name, "ok", "") for name in doctor.NAMES
    ]
    assert len(checks) == 15


def test_fixes_can_be_pasted(machine):
    """On a machine that lacks everything, each line of each fix is a command or a comment."""
    for name in FILES:
        machine.remove(name)
    machine.arch = "riscv64"
    machine.python = replace(VENV, path=())
    machine.with_trial(file="", genuine=False, stage="started")
    checks = doctor.examine(machine)
    assert [c.name for c in checks if c.status == "ok"] == ["lockdown"]
    starts = ("#", "sudo ", "./lab", "rm -rf .venv", "unset ")
    assert all(line.startswith(starts) for c in checks if c.fix for line in c.fix.splitlines())
    assert all(c.fix for c in checks if c.status != "ok")


# privilege


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


def test_privilege_without_proc(machine):
    """Where /proc is not mounted, root is taken at its word."""
    machine.remove("/proc/self/status")
    assert look(machine, "privilege").status == "fault"
    machine.uid = 0
    assert look(machine, "privilege").status == "ok"


# python and bcc


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


OLD = "KBUILD_CFLAGS := -O2\n# not yet -fms-extensions\n"
FIRST = "KBUILD_CFLAGS += -fms-extensions\n"  # as Linux 6.19 has it
LATER = "CC_FLAGS_DIALECT += $(CONFIG_CC_MS_EXTENSIONS)\n"  # as Linux 7.2 has it


@pytest.mark.parametrize(
    "makefile, flags", [(OLD, []), (FIRST, MS_EXTENSIONS), (LATER, MS_EXTENSIONS)]
)
def test_dialect_of_the_headers(machine, makefile, flags):
    """The headers' own Makefile tells whether they are written with Microsoft's extensions."""
    machine.write(f"{MODULES}/build/Makefile", makefile)
    assert dialect_flags(machine) == flags
    machine.write("/usr/src/common/Makefile", makefile)
    machine.write(f"{MODULES}/build/Makefile", "KBUILD_OUTPUT=/x\ninclude /usr/src/common/Makefile")
    assert dialect_flags(machine) == flags


def test_dialect_without_makefile(machine):
    """Headers that do not tell get the flags, which do no harm."""
    machine.remove(f"{MODULES}/build/Makefile")
    assert dialect_flags(machine) == MS_EXTENSIONS


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


# headers


def test_headers_missing(machine):
    """Without kconfig.h the package of the running kernel is named."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    check = look(machine, "headers")
    assert (check.status, check.fix) == (
        "fault",
        f"sudo apt-get update && sudo apt-get install linux-headers-{RELEASE}",
    )
    assert f"{MODULES}/build/include/linux/kconfig.h" in check.found


def test_headers_split(machine):
    """In Debian's split tree BCC takes source/, and the release stands in build/."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write(f"{MODULES}/source/include/linux/kconfig.h")
    machine.write(f"{MODULES}/build/include/config/kernel.release", "6.12.9\n")
    assert look(machine, "headers").status == "ok"
    machine.remove(f"{MODULES}/source/include/linux/kconfig.h")
    machine.write(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write(f"{MODULES}/source/Kbuild")
    assert look(machine, "headers").status == "fault"


def test_headers_of_another_release(machine):
    """Headers of another release are a note, mended by the package of the right one."""
    machine.remove(f"{MODULES}/build/include/generated/utsrelease.h")
    machine.write(f"{MODULES}/build/include/config/kernel.release", "6.1.0-9-amd64\n")
    check = look(machine, "headers")
    assert check.status == "note"
    assert f"headers of 6.1.0-9-amd64, and the kernel is {RELEASE}" in check.found
    assert check.fix.splitlines()[1].endswith(f"apt-get install linux-headers-{RELEASE}")


def test_headers_linked_by_hand(machine):
    """Behind a link made by hand there is no such package: a kernel that has one is named."""
    machine.path(MODULES).rename(machine.path("/lib/modules/other"))
    machine.path(MODULES).symlink_to("other")
    text = '#define UTS_RELEASE "6.1.0-9-amd64"\n'
    machine.write(f"{MODULES}/build/include/generated/utsrelease.h", text)
    check = look(machine, "headers")
    assert (check.status, check.fix.splitlines()[1]) == ("note", DEBIAN_KERNEL)


def test_headers_of_a_newer_kernel(machine):
    """After an upgrade without a reboot the fix is to reboot, into the newest kernel."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    for release in ("6.12.10-amd64", "6.12.100-amd64", "6.12.30-amd64"):
        machine.write(f"/lib/modules/{release}/build/include/linux/kconfig.h")
        machine.write(f"/boot/vmlinuz-{release}")
    check = look(machine, "headers")
    assert (check.status, check.fix) == ("fault", "sudo reboot   # into 6.12.100-amd64")


def test_headers_no_reason_to_reboot(machine):
    """Headers of an older kernel, or of one that is not installed, are no reason to reboot."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write("/lib/modules/6.12.4-amd64/build/include/linux/kconfig.h")
    machine.write("/boot/vmlinuz-6.12.4-amd64")
    machine.write("/lib/modules/6.12.30-amd64/build/include/linux/kconfig.h")
    assert look(machine, "headers").fix.endswith(f"linux-headers-{RELEASE}")


def test_headers_of_a_kernel_without_package(machine):
    """A kernel that came from no package can borrow other headers by a link."""
    machine.release = "6.18.44-custom"
    check = look(machine, "headers")
    assert check.status == "fault"
    assert check.fix == f"sudo ln -sT {RELEASE} /lib/modules/6.18.44-custom"


def test_headers_in_the_kernel(machine):
    """A kernel that carries its headers is a note: BCC unpacks them."""
    machine.remove(f"{MODULES}/build/include/linux/kconfig.h")
    machine.write("/sys/kernel/kheaders.tar.xz")
    assert look(machine, "headers").status == "note"


def test_headers_by_environment(machine):
    """BCC_KERNEL_SOURCE leads BCC elsewhere: a fault or a note, mended by unsetting it."""
    machine.environ = {"BCC_KERNEL_SOURCE": "/usr/src/linux-headers-common"}
    check = look(machine, "headers")
    assert (check.status, check.fix) == ("fault", "unset BCC_KERNEL_SOURCE")
    machine.write("/usr/src/linux-headers-common/include/linux/kconfig.h")
    check = look(machine, "headers")
    assert (check.status, check.fix) == ("note", "unset BCC_KERNEL_SOURCE")


def test_version_key():
    """Releases compare by their numbers, not by their letters."""
    assert version_key("6.8.0-45-generic") == (6, 8, 0, 45)
    assert version_key("6.12.10") > version_key("6.12.9-amd64")
    assert version_key("unknown") == ()


# tracefs, and the rest of the kernel

EXEC = "/sys/kernel/tracing/events/syscalls/sys_enter_execve/format"


def test_tracefs_not_mounted(machine):
    """An empty mount point is mended by mounting tracefs."""
    machine.remove(EXEC)
    machine.path("/sys/kernel/tracing").mkdir()
    check = look(machine, "tracefs")
    assert check.status == "fault"
    assert check.fix == "sudo mount -t tracefs nodev /sys/kernel/tracing"


@pytest.mark.parametrize("name", ["/sys/kernel/tracing", EXEC])
def test_tracefs_denied(machine, name):
    """A tracefs that this user may not read is given to their group."""
    machine.denied = (EXEC, name)
    check = look(machine, "tracefs")
    assert check.status == "fault"
    assert check.fix == "sudo mount -o remount,gid=$(id -g),mode=750 /sys/kernel/tracing"


def test_tracefs_below_debugfs(machine):
    """BCC prefers debugfs's tracing where it sees it, so that is the one to be readable."""
    machine.write(EXEC.replace("tracing", "debug/tracing", 1))
    assert "/sys/kernel/debug/tracing" in look(machine, "tracefs").found
    machine.denied = (EXEC.replace("tracing", "debug/tracing", 1),)
    assert look(machine, "tracefs").fix.endswith("/sys/kernel/debug/tracing")


def test_tracefs_without_system_calls(machine):
    """A kernel without system-call tracepoints, or without tracing, is replaced."""
    machine.remove(EXEC)
    machine.write("/sys/kernel/tracing/events/sched/enable")
    assert look(machine, "tracefs").fix == f"{DEBIAN_KERNEL}\n{VIRTUAL_MACHINE}"
    machine.remove("/sys/kernel/tracing/events/sched/enable")
    check = look(machine, "tracefs")
    assert (check.status, check.fix) == ("fault", f"{DEBIAN_KERNEL}\n{VIRTUAL_MACHINE}")


def test_btf_missing(machine):
    """No BTF is a note."""
    machine.remove("/sys/kernel/btf/vmlinux")
    machine.write("/etc/os-release", 'ID="ubuntu"\n')
    check = look(machine, "btf")
    assert (check.status, check.fix) == (
        "note",
        "sudo apt-get install linux-generic && sudo reboot",
    )


def test_kprobes_missing(machine):
    """No kprobes is a note, never a fault."""
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    check = look(machine, "kprobes")
    assert (check.status, check.fix.splitlines()[1]) == ("note", DEBIAN_KERNEL)
    assert check.fix.startswith("# none needed")


def test_jit(machine):
    """JIT off is a note with its switch; on with debug output (2) is on; hidden is a note."""
    machine.write("/proc/sys/net/core/bpf_jit_enable", "0\n")
    check = look(machine, "jit")
    assert (check.status, check.fix) == ("note", "sudo sysctl -w net.core.bpf_jit_enable=1")
    machine.write("/proc/sys/net/core/bpf_jit_enable", "2\n")
    assert look(machine, "jit").status == "ok"
    machine.remove("/proc/sys/net/core/bpf_jit_enable")
    assert look(machine, "jit").status == "note"


def test_syscalls(machine):
    """The course knows two architectures; for others ausyscall must be there."""
    machine.arch = "aarch64"
    assert look(machine, "syscalls").status == "ok"
    machine.arch = "riscv64"
    check = look(machine, "syscalls")
    assert (check.status, check.fix) == ("fault", "sudo apt-get install auditd")
    machine.write("/usr/bin/ausyscall")
    assert look(machine, "syscalls").status == "ok"


def test_lockdown(machine):
    """Only confidentiality keeps programs from reading memory."""
    machine.write("/sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
    check = look(machine, "lockdown")
    assert (check.status, "update-grub && sudo reboot" in check.fix) == ("fault", True)
    assert check.fix.endswith(VIRTUAL_MACHINE)
    machine.write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n")
    assert look(machine, "lockdown").status == "ok"


# tools


@pytest.mark.parametrize(
    "name, file, status, fix",
    [
        ("clang", "/usr/bin/clang", "fault", "sudo apt-get install clang"),
        ("libbpf", "/usr/lib/libbpf.so.1", "fault", "sudo apt-get install libbpf-dev"),
        ("libbpf", "/usr/include/bpf/bpf_helpers.h", "fault", "sudo apt-get install libbpf-dev"),
        ("bpftool", "/usr/sbin/bpftool", "note", "sudo apt-get install bpftool"),
        ("bpftrace", "/usr/bin/bpftrace", "note", "sudo apt-get install bpftrace"),
    ],
)
def test_tools_missing(machine, name, file, status, fix):
    """What a lesson cannot do without is a fault, a witness is a note; the package is named."""
    machine.remove(file)
    check = look(machine, name)
    assert (check.status, check.fix.splitlines()[-1].startswith(fix)) == (status, True)


def test_tools_broken(machine):
    """A clang that does not compile for bpf, and Ubuntu's bpftool without a kernel, are found."""
    machine.broken = ("clang", "bpftool")
    assert look(machine, "clang").status == "fault"
    assert f"linux-tools-{RELEASE}" in look(machine, "bpftool").fix


# program


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


def test_one_trial(machine):
    """All checks share one trial, which gets the machine's time."""
    given = []
    machine.try_program = lambda seconds: given.append(seconds) or DONE
    machine.seconds = 3.5
    doctor.examine(machine)
    assert given == [3.5]


# the child process


def test_deadline():
    """A trial that does not end is ended at its deadline, and says how far it came."""
    trial = try_program(0.001)
    assert (trial.timed_out, trial.stage, trial.left) == (True, "started", False)


def test_child_without_bcc(monkeypatch, tmp_path):
    """A Python without BCC gives a trial that found nothing, and no exception."""
    script = tmp_path / "python"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    assert try_program(8) == Trial()


def test_child_with_an_impostor(monkeypatch, tmp_path):
    """A `bcc` without BPF is found out, also when importing it fails."""
    (tmp_path / "bcc.py").write_text("class Lattice: pass\n")
    monkeypatch.chdir(tmp_path)
    trial = try_program(8)
    assert (Path(trial.file).name, trial.genuine, trial.stage) == ("bcc.py", False, "imported")
    (tmp_path / "bcc.py").write_text("print 'Python 2'\n")
    trial = try_program(8)
    assert (trial.genuine, trial.stage) == (False, "found")
    assert "SyntaxError" in trial.error


def test_child_that_dies(monkeypatch, tmp_path):
    """A process that LLVM ends gives a trial with the stage it reached and its last words."""
    (tmp_path / "bcc").mkdir()
    (tmp_path / "bcc" / "libbcc.py").write_text("")
    text = """
import os
from bcc import libbcc
__version__ = "0.99"
class BPF:
    def __init__(self, text):
        os.write(1, b"said on fd 1\\n")
        os.write(2, b"LLVM ERROR: out of \\x1b[31mstack\\n    ^ caret\\n")
        os._exit(1)
"""
    (tmp_path / "bcc" / "__init__.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    trial = try_program(8)
    assert (trial.stage, trial.genuine, trial.version) == ("imported", True, "0.99")
    assert trial.error == "said on fd 1 | LLVM ERROR: out of \\x1b[31mstack"


def test_read_facts():
    """Later lines win, unknown facts and a last line cut short are left out."""
    said = b'{"stage": "found", "file": "f", "new": 1}\n{"stage": "compiled"}\n{"stage": "lo'
    assert read_facts(said) == Trial(stage="compiled", file="f")
    assert read_facts(b"") == Trial()


def test_last_lines():
    """Of what was printed the last three lines that say something remain, on one line."""
    printed = b"a\nb\n\nTraceback (most recent call last):\n  File x\n    raise\nc\nException: d\n"
    assert last_lines(printed) == "b | c | Exception: d"


def test_is_gone():
    """No program has the id 2**32 - 1."""
    assert is_gone(2**32 - 1)


def test_access_denied(tmp_path):
    """A file and a directory that this user may not read are denied, others here or absent."""
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "file").touch(mode=0)
    (tmp_path / "directory").mkdir(mode=0)
    machine = Machine(tmp_path)
    names = ("file", "directory", "directory/file", "absent", "")
    states = ["denied", "denied", "denied", "absent", "here"]
    assert [machine.access(name) for name in names] == states


# what is shown

THREE = [
    Check("jit", "ok", "on"),
    Check("kprobes", "note", "none of them " * 12, "# none needed\nsudo reboot"),
    Check("bcc", "fault", "not installed", f"sudo apt-get install {'x' * 120}"),
]


def test_as_text():
    """Each status is a sign and a word; findings are wrapped, fixes are not."""
    rows = doctor.as_text(THREE).splitlines()
    assert rows[0] == "✓ ok     jit      on"
    assert rows[1].startswith("! note   kprobes  none of them")
    assert all(len(row) <= 100 for row in rows[:3])
    assert rows[3] == "             fix  # none needed"
    assert rows[4] == "                  sudo reboot"
    assert rows[5] == "✗ fault  bcc      not installed"
    assert rows[6] == f"             fix  sudo apt-get install {'x' * 120}"
    assert rows[-1] == "3 checks: 1 ok, 1 note, 1 fault"
    path = f"/usr/{'long-' * 30}"
    assert path in doctor.as_text([Check("bcc", "fault", f"found {path}")])


def test_as_data():
    """JSON holds each check with its four parts, in order."""
    parts = json.loads(json.dumps(doctor.as_data(THREE)))
    assert [Check(**part) for part in parts] == THREE
    assert list(parts[0]) == ["name", "status", "found", "fix"]


def test_frame():
    """The table is indexed by the checks' names."""
    table = doctor.frame(THREE)
    assert list(table.columns) == ["status", "found", "fix"]
    assert table.loc["kprobes", "status"] == "note"


def test_has(machine):
    """A lesson asks for one feature by its name; a wrong name is an error."""
    assert all(doctor.has(name, machine) for name in doctor.NAMES)
    machine.remove("/sys/bus/event_source/devices/kprobe/type")
    assert not doctor.has("kprobes", machine)
    assert not doctor.has("program", replace(machine).with_trial(counted=6))
    with pytest.raises(KeyError):
        doctor.has("kprobe", machine)


@pytest.mark.parametrize("status, code", [("ok", 0), ("note", 0), ("fault", 1)])
def test_main(monkeypatch, capsys, status, code):
    """The exit status is 1 for a fault and 0 for a note; --json and --seconds reach their goal."""
    seconds = []

    def examine(machine):
        seconds.append(machine.seconds)
        return [Check("jit", status, "found", "fix")]

    monkeypatch.setattr(doctor, "examine", examine)
    monkeypatch.setattr(doctor, "survey", lambda machine: doctor.Survey([], {}))
    assert doctor.main(["--json", "--seconds", "60"]) == code
    said = json.loads(capsys.readouterr().out)
    assert (said["checks"][0]["status"], said["lessons"]) == (status, [])
    assert doctor.main([]) == code
    assert "fix  fix" in capsys.readouterr().out
    assert seconds == [60, 30]


def test_main_with_a_lesson_that_cannot_run(monkeypatch, capsys):
    """A lesson that cannot run is a fault, whatever the checks say."""
    lesson = Lesson("07-x", needs=("two CPUs",))
    survey = doctor.Survey([lesson], {"two CPUs": Check("two CPUs", "fault", "one", "buy")})
    monkeypatch.setattr(doctor, "examine", lambda machine: [])
    monkeypatch.setattr(doctor, "survey", lambda machine: survey)
    assert doctor.main([]) == 1
    assert capsys.readouterr().out.endswith("1 lessons: none run, none in part, 1 cannot run\n")


def test_bare_machine(tmp_path):
    """The doctor needs nothing but the standard library, and ends with a fault, not a traceback."""
    said = on_a_bare_machine(
        tmp_path,
        "print(doctor.as_text(doctor.examine(machine)))",
        "print('pandas' in sys.modules, 'numpy' in sys.modules, 'bcc' in sys.modules)",
        seconds=20,
    )
    assert said.splitlines()[-1] == "False False False"
