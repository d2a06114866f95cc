"""A perf buffer under real events: what arrives, in which order, and what was lost."""

import mmap
import os

import pytest

from bpflab import load
from bpflab.errors import LabError

pytestmark = pytest.mark.usefixtures("nothing_left")

UMASK = "syscalls:sys_enter_umask"


def calls(first, last):
    """Make the calls that bpf/events/both.c looks at, on one CPU; put the mask back."""
    cpus, mask = os.sched_getaffinity(0), os.umask(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        for number in range(first, last + 1):
            os.umask(4096 + number)
    finally:
        os.umask(mask)
        os.sched_setaffinity(0, cpus)


class Own:
    """This process."""

    pids = (os.getpid(),)


def test_every_event_arrives_as_it_was_sent():
    """A thousand events, read in four batches, keep their numbers, order and message."""
    with (
        load("events/both", defines={"FIRST": 4096}) as program,
        program.perf_buffer(pages=16) as buffer,
    ):
        with program.attached(hook=UMASK):
            for first in range(0, 1000, 250):
                calls(first, first + 249)
                buffer.events.pump()
        frame = buffer.events.frame(Own)

    assert frame["number"].tolist() == list(range(1000))
    assert set(frame["message"]) == {"hello world"}


def test_the_buffer_goes_on_behind_its_end():
    """Reading after each half page of eight, a page of buffer wraps four times and loses none."""
    half = 50 * mmap.PAGESIZE // 4096  # an event of 32 bytes takes 48
    with (
        load("events/both", defines={"FIRST": 4096}) as program,
        program.perf_buffer(pages=1) as buffer,
    ):
        with program.attached(hook=UMASK):
            for first in range(0, 8 * half, half):
                calls(first, first + half - 1)
                buffer.events.pump()
        assert buffer.events.frame(Own)["number"].tolist() == list(range(8 * half))
        assert buffer.lost == 0


def test_what_did_not_fit_is_told_with_the_next_event():
    """A full page loses the rest; the kernel says so, and says as many as the program counted."""
    with (
        load("events/both", defines={"FIRST": 4096}) as program,
        program.perf_buffer(pages=1) as buffer,
    ):
        with program.attached(hook=UMASK):
            calls(0, 2999)
            told_before = (len(buffer.read()), buffer.lost)
            calls(3000, 3000)
            assert len(buffer.read()) == 1
        assert told_before[1] == 0
        assert buffer.lost == program.maps["refused"].total() == 3000 - told_before[0] > 0


def test_what_is_closed_leaves_the_map_empty_and_is_not_read():
    """After closing, the program has nowhere to write, and a read says why it gives nothing."""
    with load("events/both", defines={"FIRST": 4096}) as program:
        with program.perf_buffer() as buffer:
            pass
        with program.attached(hook=UMASK):
            calls(0, 4)
        assert program.maps["refused"].total() == 5
        with pytest.raises(LabError, match="closed"):
            buffer.read()


def test_a_program_that_closes_first_does_not_matter():
    """The buffer can be closed when its map is gone."""
    program = load("events/both", defines={"FIRST": 4096})
    buffer = program.perf_buffer()
    program.close()

    buffer.close()

    assert buffer.closed


@pytest.mark.parametrize(
    ("name", "pages", "kind"),
    [
        ("events", 8, "no-perf-buffer"),
        ("output", 3, "pages"),
        ("output", 2**20, "pages"),  # more than the kernel gives
        ("output", 2**60, "pages"),
        ("output", "8", "argument"),
    ],
)
def test_what_cannot_be_opened_is_refused(name, pages, kind):
    """A ring buffer is no perf buffer, three pages are no power of two, others are too many."""
    with (
        load("events/both", defines={"FIRST": 4096}) as program,
        pytest.raises(LabError) as refused,
    ):
        program.perf_buffer(name, pages)

    assert refused.value.kind == kind
