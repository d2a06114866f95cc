"""The kernel's words for its numbers, and a kernel that tells nothing."""

import errno
import os
import re
from pathlib import Path

import pytest

from bpflab import syscalls
from bpflab.bindings import info, uapi
from bpflab.errors import LabError

HEADER = Path("/usr/include/linux/bpf.h")


@pytest.mark.skipif(not HEADER.exists(), reason="no linux/bpf.h: linux-libc-dev is not installed")
@pytest.mark.parametrize(
    ("mine", "pattern"),
    [
        (uapi.PROGRAM_TYPES, r"\tBPF_PROG_TYPE_(\w+)"),
        (uapi.MAP_TYPES, r"\tBPF_MAP_TYPE_(\w+)"),
    ],
    ids=["programs", "maps"],
)
def test_the_words_are_the_kernels(mine, pattern):
    """Every number of the kernel's header has its word here, at its place."""
    theirs = [name.lower() for name in re.findall(pattern, HEADER.read_text())]
    theirs = [n for n in dict.fromkeys(theirs) if not n.endswith("_deprecated")]
    shared = min(len(mine), len(theirs))

    assert shared >= 20
    assert mine[:shared] == theirs[:shared]


def test_the_words_are_those_that_lessons_name():
    """At the numbers that a kernel without a header has too."""
    assert [uapi.MAP_TYPES[n] for n in (1, 3, 27)] == ["hash", "prog_array", "ringbuf"]
    types = [uapi.PROGRAM_TYPES[n] for n in (2, 5, 17)]
    assert types == ["kprobe", "tracepoint", "raw_tracepoint"]
    assert uapi.TAIL_CALL == 12


def test_a_number_newer_than_the_list_is_shown_as_it_is():
    """A type that this release does not know is a number, not a wrong word."""
    assert uapi.word(uapi.MAP_TYPES, 3) == "prog_array"
    assert uapi.word(uapi.MAP_TYPES, 999) == "999"


def test_a_kernel_that_tells_nothing_is_no_empty_answer(monkeypatch):
    """An old kernel closes bpf(2) altogether: that is an error, and not zeros."""

    def refuse(*_):
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(info, "bpf", refuse)
    with pytest.raises(LabError) as caught:
        info.info(0, info.ProgramInfo())

    assert caught.value.kind == "privilege"
    assert "CAP_BPF" in caught.value.why


def test_a_machine_whose_call_number_is_unknown_is_named(monkeypatch):
    """No number is guessed."""
    monkeypatch.setattr(syscalls.platform, "machine", lambda: "vax")

    with pytest.raises(LabError) as caught:
        info.info(0, info.ProgramInfo())

    assert caught.value.kind == "machine"
    assert "vax" in caught.value.message
