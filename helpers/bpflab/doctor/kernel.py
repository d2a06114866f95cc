"""Checks of the kernel: its tracing files, what it was built with and what it locks."""

from __future__ import annotations

import re

from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check

SET_UP = "./lab   # sets up what is missing of this"
VIRTUAL_MACHINE = "./lab --vm   # or leave this kernel as it is: the lab in a virtual machine"
# README.md says what of the course, with which BCC, LLVM and Python.
TRIED = ("6.1", "6.12", "6.18", "7.2", "7.3")
"""The kernels on which the course, or parts of it, were tried in November 2026."""
_EXEC = "events/syscalls/sys_enter_execve/format"


def tried(machine: Machine) -> Check:
    """Whether the course was tried on this kernel: what was not tried may well work."""
    *others, last = TRIED
    on = f"on Linux {', '.join(others)} and {last}, in November 2026"
    version = re.match(r"\d+\.\d+", machine.release)
    if version and version[0] in TRIED:
        return Check(
            "kernel", "ok", f"Linux {machine.release}; the course, or parts of it, was tried {on}"
        )
    found = f"Linux {machine.release}: no part of the course was tried on it, but {on}"
    fix = "# none needed: a lesson tries what it needs; to try all of the course here:"
    return Check("kernel", "note", found, f"{fix}\n./lab test\n{VIRTUAL_MACHINE}")


def tracefs(machine: Machine) -> Check:
    """The kernel's list of tracepoints: mounted, and readable by this user.

    Of its two places BCC takes the older, below debugfs, whenever it can see it
    (src/python/bcc/__init__.py, TRACEFS).
    """
    place = "/sys/kernel/tracing"
    if machine.exists("/sys/kernel/debug/tracing"):
        place = "/sys/kernel/debug/tracing"
    if machine.access(f"{place}/{_EXEC}") == "here":
        return Check("tracefs", "ok", f"{place} is mounted and readable")
    fix = other_kernel(machine)
    if "denied" in (machine.access(place), machine.access(f"{place}/{_EXEC}")):
        found = f"{place} is mounted, and user {machine.uid} may not read it"
        fix = f"{SET_UP}, for a group of the lab's own\n{VIRTUAL_MACHINE}"
    elif machine.exists(f"{place}/events"):
        found = f"{place} has no syscalls:sys_enter_execve: this kernel was built without the "
        found += "tracepoints of system calls"
    else:
        found = "/sys/kernel/tracing is not mounted"
        fix = f"sudo mount -t tracefs nodev /sys/kernel/tracing\n{VIRTUAL_MACHINE}"
    return Check("tracefs", "fault", found, fix)


def kprobes(machine: Machine) -> Check:
    """Whether a program can be attached to any kernel function."""
    if machine.exists("/sys/bus/event_source/devices/kprobe/type"):
        return Check("kprobes", "ok", "any traceable kernel function can be hooked")
    found = "this kernel was built without kprobes: tracepoints take their place"
    fix = "# none needed: the lessons fall back to tracepoints; for kprobes:"
    return Check("kprobes", "note", found, f"{fix}\n{distribution_kernel(machine)}")


def lockdown(machine: Machine) -> Check:
    """Whether the kernel keeps its memory from programs (kernel_lockdown(7))."""
    mode = re.search(r"\[(\w+)\]", machine.text("/sys/kernel/security/lockdown"))
    if not mode or mode[1] != "confidentiality":
        found = f"{mode[1] if mode else 'none'}: programs may read memory"
        return Check("lockdown", "ok", found)
    found = "confidentiality: the kernel refuses each program that reads memory (bpf_probe_read)"
    fix = "sudo sed -i 's/lockdown=confidentiality//' /etc/default/grub"
    fix += f" && sudo update-grub && sudo reboot\n{VIRTUAL_MACHINE}"
    return Check("lockdown", "fault", found, fix)


def distribution_kernel(machine: Machine) -> str:
    """Return the line that installs and starts the distribution's own kernel with its headers."""
    if re.search(r"^ID=.?ubuntu", machine.text("/etc/os-release"), re.M):
        names = "linux-generic"
    else:
        flavour = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine.arch, machine.arch)
        names = f"linux-image-{flavour} linux-headers-{flavour}"
    return f"sudo apt-get install {names} && sudo reboot"


def other_kernel(machine: Machine) -> str:
    """Return the lines that lead to a kernel that can what this one cannot."""
    return f"{distribution_kernel(machine)}\n{VIRTUAL_MACHINE}"
