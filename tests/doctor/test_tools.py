"""Compilers and commands beside BCC."""

import pytest

from tests.doctor.examined import look
from tests.machines import RELEASE


@pytest.mark.parametrize(
    "name, file, status, fix",
    [
        ("clang", "/usr/bin/clang", "fault", "sudo apt-get install clang"),
        ("libbpf", "/usr/lib/libbpf.so.1", "fault", "sudo apt-get install libbpf-dev"),
        ("libbpf", "/usr/include/bpf/bpf_helpers.h", "fault", "sudo apt-get install libbpf-dev"),
        ("build tools", "/usr/bin/make", "fault", "sudo apt-get install make"),
        ("build tools", "/usr/sbin/bpftool", "fault", "sudo apt-get install bpftool ||"),
        ("bpftool", "/usr/sbin/bpftool", "note", "sudo apt-get install bpftool"),
        ("bpftrace", "/usr/bin/bpftrace", "note", "sudo apt-get install bpftrace"),
    ],
)
def test_tools_missing(machine, name, file, status, fix):
    """What a lesson cannot do without is a fault, a witness is a note; the package is named."""
    machine.remove(file)
    check = look(machine, name)
    assert (check.status, check.fix.splitlines()[-1].startswith(fix)) == (status, True)


def test_bpftool_broken(machine):
    """Ubuntu's bpftool, a script, may find none for the kernel that runs."""
    machine.broken = ("bpftool",)
    assert f"linux-tools-{RELEASE}" in look(machine, "bpftool").fix
