"""Checks of what runs the lab: its privilege, its Python, its BCC, and a real program."""

from __future__ import annotations

import re
from collections.abc import Sequence
from shlex import quote

from bpflab.bindings.capabilities import BPF, PERFMON, SYS_ADMIN
from bpflab.doctor.kernel import VIRTUAL_MACHINE
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check
from bpflab.doctor.trial import EXECS
from bpflab.errors import LabError

_DIST_PACKAGES = "/usr/lib/python3/dist-packages"  # where Debian and Ubuntu put python3-bpfcc
_INSTALL = "sudo apt-get install python3-bpfcc"
_BCC = ("bcc/__init__.py", "bcc.py")  # in the order in which Python looks
_NEW_VENV = "rm -rf .venv && ./lab   # makes it again, from /usr/bin/python3"
_TABLES = ("x86_64", "aarch64")
_PARANOID = "/proc/sys/kernel/perf_event_paranoid"


def privilege(machine: Machine) -> Check:
    """The two capabilities that loading and attaching take (capabilities(7)), root or not.

    The kernel takes CAP_SYS_ADMIN in place of both (include/linux/capability.h, bpf_capable
    and perfmon_capable). Debian's, where perf_event_paranoid is 3 as they set it, takes nothing
    else (its patch "security,perf: Allow further restriction of perf_event_open").
    """
    mine = machine.capabilities()
    who = "root" if machine.uid == 0 else f"user {machine.uid}"
    if mine >> SYS_ADMIN & 1:
        return Check("privilege", "ok", f"{who} with CAP_SYS_ADMIN, which covers BPF and tracing")
    needed = {"CAP_BPF": BPF, "CAP_PERFMON": PERFMON}
    lacking = [name for name, bit in needed.items() if not mine >> bit & 1]
    if not lacking and (level := int(machine.text(_PARANOID) or 0)) > 2:
        found = f"{who} may load but not attach: perf_event_paranoid is {level}, not 2"
        return Check("privilege", "fault", found, "./lab   # asks for root, and lowers it")
    if not lacking:
        return Check("privilege", "ok", f"{who} with CAP_BPF and CAP_PERFMON: that is enough")
    found = f"{who} lacks {' and '.join(lacking)}: the kernel refuses each program"
    fix = "sudo -v && ./lab doctor   # ./lab keeps your user and adds these two capabilities"
    if not machine.has_command("sudo"):
        fix = "# there is no sudo here: have it installed, or run ./lab as root"
    fix += f"\n{VIRTUAL_MACHINE}"
    bounding = machine.capabilities("CapBnd")
    if machine.uid == 0 or not all(bounding >> bit & 1 for bit in needed.values()):
        again = "# start the container again with --cap-add=BPF --cap-add=PERFMON"
        fix = f"{again}\n{VIRTUAL_MACHINE}"
    return Check("privilege", "fault", found, fix)


def python(machine: Machine) -> Check:
    """A Python that is new enough; whether it sees BCC is the next check's."""
    version = f"Python {machine.version[0]}.{machine.version[1]}"
    if machine.version >= (3, 11):
        return Check("python", "ok", f"{version}, {machine.python}")
    newer = "# where that one is older too: Debian 12, Ubuntu 24.04 or newer, or the VM of lima/"
    found = f"{version}: the lab needs 3.11 or newer"
    return Check("python", "fault", found, f"{_NEW_VENV}\n{newer}")


def bcc(machine: Machine) -> Check:
    """The BPF Compiler Collection: whether ``import bcc`` would find it; nothing is imported."""
    file = _bcc_file(machine)
    if not file and machine.exists(f"{_DIST_PACKAGES}/bcc"):
        found = "BCC is installed, but this Python does not see it"
        return Check("bcc", "fault", found, _NEW_VENV)
    if not file:
        return Check("bcc", "fault", "BCC is not installed", _INSTALL)
    if _is_bcc(machine, file):
        version = re.search(r"[\d.]+", machine.text(file.replace("__init__", "version")))
        return Check("bcc", "ok", f"BCC {version[0] if version else '?'} in {file}")
    found = f"{file} is another project of that name and hides the BPF Compiler Collection"
    fix = f"mv {quote(file)} {quote(file)}.aside"
    if "-packages/" in file:  # PyPI's `bcc` computes lattices
        fix = f"{quote(machine.python)} -m pip uninstall -y bcc && {_INSTALL}"
    return Check("bcc", "fault", found, fix)


def _bcc_file(machine: Machine) -> str:
    """Return which file ``import bcc`` would run; empty where there is none."""
    places = (f"{place}/{name}" for place in machine.sys_path for name in _BCC)
    return next((place for place in places if machine.exists(place)), "")


def _is_bcc(machine: Machine, file: str) -> bool:
    return file.endswith("/__init__.py") and machine.exists(file.replace("__init__", "libbcc"))


def syscalls(machine: Machine) -> Check:
    """The numbers of system calls, which differ between architectures (`bpflab.syscalls`)."""
    if machine.arch in _TABLES:
        return Check("syscalls", "ok", f"the course knows the system calls of {machine.arch}")
    found = f"the course knows the system calls of {' and '.join(_TABLES)}, not of {machine.arch}"
    return Check("syscalls", "fault", found, "# take a machine of one of these architectures")


def program(machine: Machine, before: Sequence[Check] = ()) -> Check:
    """A real program, loaded, fired by real execs, and removed: what all the others stand for."""
    faults = [check.name for check in before if check.status == "fault"]
    fix = "./lab doctor --json > doctor.json   # and open an issue with it"
    if faults:
        fix = f"./lab doctor   # once mended: {', '.join(faults)}"
    try:
        counted = machine.count_execs()
    except ImportError as error:
        install = "./lab   # installs what is missing"
        return Check("program", "fault", f"not tried: {error}", install)
    except LabError as error:
        found = f"{error.message} {error.why}".strip()
        tried = "".join(f"# {line}\n" for line in error.fix.splitlines())
        other = "" if faults else f"\n{VIRTUAL_MACHINE}"
        return Check("program", "fault", found, f"{tried}{fix}{other}")
    found = f"loaded, fired and removed: it counted {counted} of {EXECS} execs"
    if counted != EXECS:
        return Check("program", "fault", found, fix)
    return Check("program", "ok", found)
