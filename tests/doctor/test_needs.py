"""What a lesson says in its first cells."""

import pytest

from bpflab import LabError, needs
from tests.machines import DEBIAN_KERNEL

pytestmark = pytest.mark.usefixtures("root_at_work")


def test_needs_says_the_same_on_every_machine_that_has_all(machine, capsys):
    """The sentence names what was asked for, and nothing of the machine."""
    needs("programs", "two CPUs", machine=machine)
    printed = capsys.readouterr().out
    assert printed == "This machine has what the lesson needs: programs, two CPUs.\n"


def test_needs_raises_what_is_missing_why_and_what_to_do(machine, capsys):
    """All that is missing is named at once; a line that mends two things comes once."""
    machine.page_size = 65536
    for file in ("/usr/bin/clang", "/sys/bus/event_source/devices/kprobe/type"):
        machine.remove(file)
    with pytest.raises(LabError) as caught:
        needs("programs", "pages of 4096 bytes", "kprobes", "clang", machine=machine)
    error = caught.value
    assert error.kind == "missing"
    assert error.message == (
        "This lesson cannot run here without pages of 4096 bytes and kprobes and clang."
    )
    assert error.why.startswith("pages of 4096 bytes: a page of memory has 65536 bytes")
    assert "; clang: not installed" in error.why
    lines = [line.strip() for line in error.fix.splitlines()]
    assert lines.count(DEBIAN_KERNEL) == 1
    assert lines[-1] == "sudo apt-get install clang"
    assert capsys.readouterr().out == ""


def test_it_says_what_the_lesson_does_without(machine, capsys):
    """A line for each thing that is missing, and one sentence where none is."""
    wishes = {"bpftrace": "nobody counts along", "bpffs": "nothing is pinned"}
    needs("two CPUs", optional=wishes, machine=machine)
    assert capsys.readouterr().out.splitlines() == [
        "This machine has what the lesson needs: two CPUs.",
        "Nothing is missing here that would change what the lesson shows.",
    ]
    machine.remove("/usr/bin/bpftrace")
    needs("two CPUs", optional=wishes, machine=machine)
    assert capsys.readouterr().out.splitlines()[1:] == ["Without bpftrace, nobody counts along."]


def test_what_is_missing_comes_before_what_is_optional(machine, capsys):
    """Where the lesson cannot run, what it would do without something is no matter."""
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    with pytest.raises(LabError, match="cannot run here without clang"):
        needs("clang", optional={"bpftrace": "nobody counts along"}, machine=machine)
    assert capsys.readouterr().out == ""


def test_a_feature_that_nobody_knows(machine):
    """A misspelt name is not a missing feature, before anything is asked."""
    for ask in (lambda: needs("two CPU", machine=machine), lambda: needs(optional={"x": "y"})):
        with pytest.raises(LabError) as caught:
            ask()
        assert caught.value.kind == "no-feature"
        assert "two CPUs" in caught.value.fix
