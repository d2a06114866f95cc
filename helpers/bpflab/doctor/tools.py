"""Checks of the programs beside BCC: a compiler and a library for lesson 10, tools to compare."""

from __future__ import annotations

from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check

_HEADER = "/usr/include/bpf/bpf_helpers.h"


def clang(machine: Machine) -> Check:
    """A compiler outside of BCC, which makes the object files that libbpf loads."""
    fix = "sudo apt-get install clang"
    if not machine.has_command("clang"):
        return Check("clang", "fault", "not installed: it compiles what libbpf loads", fix)
    return Check("clang", "ok", "installed; it compiles for the target bpf")


def libbpf(machine: Machine) -> Check:
    """The library that loads programs without BCC, and its headers."""
    if machine.links("libbpf.so.1") and machine.exists(_HEADER):
        return Check("libbpf", "ok", "the library and its headers are there")
    found = f"no library libbpf.so.1, or no {_HEADER}: programs without BCC cannot be loaded"
    return Check("libbpf", "fault", found, "sudo apt-get install libbpf-dev")


def build(machine: Machine) -> Check:
    """What makes a program of its own of C: make, and bpftool for the headers it is made with."""
    lacks = [] if machine.has_command("make") else ["make"]
    lacks += [] if machine.runs("bpftool", "version") else ["bpftool"]
    if lacks:
        tool = f"sudo apt-get install {' '.join(lacks)}"
        found = f"no {' and no '.join(lacks)} that runs here: lesson 14 builds with them"
        fix = tool if lacks == ["make"] else f"{tool} || sudo apt-get install linux-tools-generic"
        return Check("build tools", "fault", found, fix)
    return Check("build tools", "ok", "make and bpftool are there")


def bpftool(machine: Machine) -> Check:
    """The tool that lists what the kernel holds; Ubuntu's is a script that may find none."""
    none = "# none needed: it only confirms what the lessons show; for bpftool:"
    if not machine.has_command("bpftool"):
        fix = f"{none}\nsudo apt-get install bpftool || sudo apt-get install linux-tools-generic"
        return Check("bpftool", "note", "not installed", fix)
    if not machine.runs("bpftool", "version"):
        fix = f"{none}\nsudo apt-get install linux-tools-{machine.release}"
        return Check("bpftool", "note", "installed, and there is none for this kernel", fix)
    return Check("bpftool", "ok", "installed; it lists the kernel's objects for root")


def bpftrace(machine: Machine) -> Check:
    """The tool whose one-liners count the same as some lessons do, as a second witness."""
    if machine.has_command("bpftrace"):
        return Check("bpftrace", "ok", "installed; it runs for root")
    none = "# none needed: it only confirms what the lessons count; for bpftrace:"
    return Check("bpftrace", "note", "not installed", f"{none}\nsudo apt-get install bpftrace")
