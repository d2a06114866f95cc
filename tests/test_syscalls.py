"""Names and numbers of system calls, on the machine that runs and on others."""

import ctypes
import os
import platform
import re
from pathlib import Path

import pytest

from bpflab import LabError, syscalls

MACHINES = ("x86_64", "aarch64")
HEADERS = {
    "x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "aarch64": "/usr/include/asm-generic/unistd.h",
}
NO_CALLS = ("syscalls", "arch_specific_syscall")  # how many there are, and where a gap begins
OTHERWISE = {"fstatat": "newfstatat", "sync_file_range2": "sync_file_range"}  # __NR3264_, __ARCH_


@pytest.mark.parametrize(
    ("name", "x86_64", "aarch64"),
    [
        ("execve", 59, 221),
        ("timer_create", 222, 107),
        ("timer_settime", 223, 110),
        ("timer_gettime", 224, 108),
        ("timer_getoverrun", 225, 109),
        ("timer_delete", 226, 111),
        ("read", 0, 63),
        ("bpf", 321, 280),
        ("io_pgetevents", 333, 292),
        ("pidfd_open", 434, 434),
        ("file_setattr", 469, 469),
    ],
)
def test_a_name_has_its_number(name, x86_64, aarch64):
    """Numbers of the two lists, and of those that both share, from all of their parts."""
    assert syscalls.number(name, "x86_64") == x86_64
    assert syscalls.number(name, "aarch64") == aarch64


@pytest.mark.parametrize("machine", MACHINES)
def test_each_number_leads_back(machine):
    """No name stands twice, and every number comes back from its name."""
    names = syscalls.names(machine)
    assert len(set(names.values())) == len(names)
    assert all(syscalls.number(name, machine) == number for number, name in names.items())


@pytest.mark.parametrize("machine", MACHINES)
def test_it_agrees_with_the_headers(machine):
    """What this machine's headers say of a number that both know is the same."""
    header = Path(HEADERS[machine])
    if not header.exists():
        pytest.skip(f"{header} is not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", header.read_text(encoding="ascii"))
    known = syscalls.names(machine)
    theirs = {int(n): OTHERWISE.get(name, name) for name, n in found if name not in NO_CALLS}
    shared = set(theirs) & set(known)
    assert len(shared) > 290
    assert {n: theirs[n] for n in shared} == {n: known[n] for n in shared}


def test_the_numbers_of_32_bit_processes_are_left_out():
    """On 64 bits nothing lies between the old calls and 424."""
    for machine in MACHINES:
        assert not [n for n in syscalls.names(machine) if 336 < n < 424]


def test_this_machine_is_asked_when_none_is_named():
    """The C library's own getppid, made by our number, says who our parent is."""
    libc = ctypes.CDLL(None)
    assert libc.syscall(syscalls.number("getppid")) == os.getppid()
    assert syscalls.name(syscalls.number("getppid")) == "getppid"


def test_a_number_without_a_name_is_shown_as_a_number():
    """A call newer than the list, one of a gap, and one that cannot be."""
    assert syscalls.name(9999, "x86_64") == "#9999"
    assert syscalls.name(250, "aarch64") == "#250"
    assert syscalls.name(2**32 - 1, "x86_64") == "#4294967295"


def test_a_name_that_there_is_not_gets_a_suggestion():
    """Also one of another architecture, and one that would act on a screen."""
    with pytest.raises(LabError) as caught:
        syscalls.number("execv", "x86_64")
    assert caught.value.kind == "no-syscall"
    assert "execve" in caught.value.fix
    with pytest.raises(LabError, match="aarch64 has no system call 'fork'"):
        syscalls.number("fork", "aarch64")
    with pytest.raises(LabError) as caught:
        syscalls.number("\x1b[2J")
    assert "\x1b" not in caught.value.message


def test_an_architecture_that_is_not_known_is_named(monkeypatch):
    """Given, or found."""
    with pytest.raises(LabError, match="of s390x are not known") as caught:
        syscalls.names("s390x")
    assert caught.value.kind == "machine"
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    with pytest.raises(LabError, match="vax"):
        syscalls.name(1)
