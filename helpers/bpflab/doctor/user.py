"""Checks of what runs the lab: its privilege, its Python, its BCC, and a real program as proof."""

from __future__ import annotations

from collections.abc import Sequence
from shlex import quote

from bpflab.doctor.headers import MS_EXTENSIONS, dialect_flags, version_key
from bpflab.doctor.kernel import VIRTUAL_MACHINE
from bpflab.doctor.machine import CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, Machine
from bpflab.doctor.report import Check
from bpflab.doctor.trial import Trial

_DIST_PACKAGES = "/usr/lib/python3/dist-packages"  # where Debian and Ubuntu put python3-bpfcc
_INSTALL = "sudo apt-get install python3-bpfcc"
_COMPILED = ("compiled", "loaded", "attached", "done")
_TABLES = ("x86_64", "aarch64")
_PARANOID = "/proc/sys/kernel/perf_event_paranoid"


def privilege(machine: Machine) -> Check:
    """The two capabilities that loading and attaching take (capabilities(7)), root or not.

    The kernel takes CAP_SYS_ADMIN in place of both (include/linux/capability.h, bpf_capable
    and perfmon_capable). Debian's, where perf_event_paranoid is 3 as they set it, takes nothing
    else (its patch "security,perf: Allow further restriction of perf_event_open").
    """
    held = machine.capabilities()
    who = "root" if machine.uid == 0 else f"user {machine.uid}"
    if held >> CAP_SYS_ADMIN & 1:
        return Check("privilege", "ok", f"{who} with CAP_SYS_ADMIN, which covers BPF and tracing")
    needed = {"CAP_BPF": CAP_BPF, "CAP_PERFMON": CAP_PERFMON}
    lacking = [name for name, bit in needed.items() if not held >> bit & 1]
    if not lacking and (level := int(machine.text(_PARANOID) or 0)) > 2:
        found = f"{who} may load but not attach: perf_event_paranoid is {level}, not 2"
        return Check("privilege", "fault", found, "./lab   # asks for root, and lowers it")
    if not lacking:
        return Check("privilege", "ok", f"{who} with CAP_BPF and CAP_PERFMON: all that it takes")
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
    """A Python that is new enough, and sees the distribution's packages, of which BCC is one."""
    mine = machine.python
    version = f"Python {mine.version[0]}.{mine.version[1]}"
    if mine.version < (3, 11):
        found = f"{version}: the lab needs 3.11 or newer"
        own = "# install Debian 12, Ubuntu 24.04 or newer, or start the VM of lima/"
        return Check(
            "python", "fault", found, own if mine.base_prefix == "/usr" else _new_venv(machine)
        )
    if _DIST_PACKAGES in mine.path or machine.trial.genuine:
        return Check("python", "ok", f"{version}, {mine.executable}: sees the system's packages")
    if mine.base_prefix != "/usr":
        found = f"{mine.executable} belongs to {mine.base_prefix}, not to the distribution"
    elif mine.prefix != mine.base_prefix:
        found = f"{mine.prefix} was made without --system-site-packages"
    else:
        found = f"{mine.executable} does not look into {_DIST_PACKAGES}"
    return Check(
        "python", "fault", f"{found}: it cannot see the packages of apt", _new_venv(machine)
    )


def bcc(machine: Machine) -> Check:
    """The BPF Compiler Collection: there, the real one, and new enough for the headers."""
    trial = machine.trial
    if not trial.file:
        if machine.exists(f"{_DIST_PACKAGES}/bcc"):
            return Check(
                "bcc", "fault", "installed, but this Python does not see it", _new_venv(machine)
            )
        return Check("bcc", "fault", "not installed", _INSTALL)
    if not trial.genuine:
        found = (
            f"{trial.file} is another project of that name and hides the BPF Compiler Collection"
        )
        fix = f"mv {quote(trial.file)} {quote(trial.file)}.aside"
        if "-packages/" in trial.file:  # PyPI's `bcc` computes lattices
            fix = f"{quote(machine.python.executable)} -m pip uninstall -y bcc && {_INSTALL}"
        return Check("bcc", "fault", found, fix)
    if trial.stage == "found":
        found = f"{trial.file} cannot be imported: {trial.error or 'no reason given'}"
        fix = "sudo apt-get install --reinstall python3-bpfcc libbpfcc"
        return Check("bcc", "fault", found, fix)
    notes = _known_limits(machine, version_key(trial.version))
    if not notes:
        return Check("bcc", "ok", f"BCC {trial.version} in {trial.file}")
    found = "; ".join([f"BCC {trial.version}", *(limit for limit, _ in notes)])
    return Check("bcc", "note", found, "\n".join(fix for _, fix in notes))


def sees_bcc(machine: Machine) -> bool:
    """Say, without importing it, whether ``import bcc`` would find the real one first."""
    for place in machine.python.path:
        if machine.exists(f"{place}/bcc") or machine.exists(f"{place}/bcc.py"):
            return machine.exists(f"{place}/bcc/libbcc.py")
    return False


def syscalls(machine: Machine) -> Check:
    """Names for system-call numbers, which differ between architectures.

    BCC's table is of x86-64, and its ``bcc.syscall`` raises on others without ``ausyscall``.
    """
    if machine.arch in _TABLES:
        return Check("syscalls", "ok", f"the course has the names of {machine.arch}")
    if machine.has_command("ausyscall"):
        return Check("syscalls", "ok", f"ausyscall knows the names of {machine.arch}")
    found = f"no table of the system calls of {machine.arch}, and no ausyscall to ask"
    return Check("syscalls", "fault", found, "sudo apt-get install auditd")


def program(machine: Machine, before: Sequence[Check]) -> Check:
    """A real program, loaded, fired by real execs, and removed: what all the others stand for."""
    trial = machine.trial
    faults = [check.name for check in before if check.status == "fault"]
    if not trial.genuine or trial.stage in ("started", "found"):
        return Check("program", "fault", "not tried: there is no BCC to load it", _mend(["bcc"]))
    if trial.left:
        found = f"program {trial.prog_id} is still in the kernel after its process has ended"
        return Check("program", "fault", found, f"sudo bpftool prog show id {trial.prog_id}")
    if trial.timed_out and trial.stage != "done":
        found = f"not done after {machine.seconds:g} s; it came as far as: {trial.stage}"
        return Check("program", "fault", found, "./lab doctor --seconds 60")
    if trial.stage != "done":
        reason = f": {trial.error}" if trial.error else ""
        fix = _mend(faults)
        if not faults and trial.stage in ("compiled", "loaded"):  # it is the kernel that will not
            fix += f"\n{VIRTUAL_MACHINE}"
        return Check("program", "fault", f"{_FAILED[trial.stage]}{reason}", fix)
    return _counted(trial, faults)


_FAILED = {
    "imported": "BCC could not compile a small program or make its map",
    "compiled": "the kernel refused a small program",
    "loaded": "the program could not be attached to syscalls:sys_enter_execve",
    "attached": "the program was attached, and then failed",
}


def _new_venv(machine: Machine) -> str:
    """The venv stands where ``./lab`` puts it: in the clone, or where BPFLAB_LOCAL says."""
    local = machine.environ.get("BPFLAB_LOCAL")
    venv = quote(f"{local.rstrip('/')}/.venv") if local else ".venv"
    return f"rm -rf {venv} && ./lab   # makes it again, from /usr/bin/python3"


def _counted(trial: Trial, faults: Sequence[str]) -> Check:
    found = f"loaded, fired and removed: it counted {trial.counted} of {trial.fired} execs"
    if trial.late:
        found += f", and {trial.late} more after it was detached"
    if trial.late or trial.fired == 0 or trial.counted != trial.fired:
        return Check("program", "fault", found, _mend(faults))
    return Check("program", "ok", found)


def _mend(faults: Sequence[str]) -> str:
    if faults:
        return f"./lab doctor   # once mended: {', '.join(faults)}"
    return "./lab doctor --json > doctor.json   # and open an issue with it"


def _known_limits(machine: Machine, version: tuple[int, ...]) -> list[tuple[str, str]]:
    """What this version of BCC does wrong on this machine, each with its fix."""
    limits = []
    if machine.trial.stage in _COMPILED and dialect_flags(machine) and not machine.trial.tagged:
        limits.append(  # iovisor/bcc c3f35ecc, first in v0.37.0; issue 5501
            (
                "it does not pass the flags that the headers want, which a program that includes "
                "<linux/fs.h> misses",
                f"# none needed: load() passes them; for BCC alone: BPF(cflags={MS_EXTENSIONS})",
            )
        )
    if version and version < (0, 29) and machine.uid != 0:
        call = {"x86_64": "__x64_sys_", "aarch64": "__arm64_sys_"}.get(machine.arch, "sys_")
        limits.append(  # iovisor/bcc 0fcb3461, first in v0.29.0: bcc_procutils_each_ksym
            (
                "it reads /proc/kallsyms for root only, so get_syscall_fnname('execve') says "
                "sys_execve",
                f"# in Python, the whole name: attach_kprobe(event='{call}execve', ...)",
            )
        )
    return limits
