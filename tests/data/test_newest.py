"""What is kept of a ring's records: the newest, in bounded memory, with the time of each."""

import numpy as np

from bpflab.data.newest import Newest, choose
from tests.logs import EVENT, row


def one(number):
    """Return a batch of one record."""
    return np.array([row(number)], EVENT)


def test_without_a_capacity_the_memory_is_bounded():
    """It keeps 64 MiB of records and their headers, whatever their size."""
    kept = Newest(np.dtype("S1048576"), None)
    for _ in range(70):
        kept.add(np.array([b"x"], "S1048576"))
    assert (len(kept), kept.forgotten) == (63, 7)


def test_short_batches_are_joined_and_nothing_changes():
    """Ten thousand events that came one by one are a few arrays, in order, and still bounded."""
    kept = Newest(EVENT, 9_990)
    for number in range(10_000):
        kept.add(one(number))

    records, _ = choose(kept.chunks(), None, None)

    assert records["args"][:, 0].tolist() == list(range(10, 10_000))
    assert (len(kept), kept.forgotten) == (9_990, 10)
    assert len(kept.chunks()) < 20


def test_what_is_read_stays_while_more_comes():
    """A reader chooses from the chunks of one moment; a batch that comes meanwhile is not there."""
    kept = Newest(EVENT, 2)
    kept.add(one(1))
    chunks = kept.chunks()
    for number in (2, 3):
        kept.add(one(number))

    assert choose(chunks, None, None)[0]["args"][:, 0].tolist() == [1]
    assert choose(kept.chunks(), None, None)[0]["args"][:, 0].tolist() == [2, 3]


def test_a_machine_that_slept_shows_the_time_of_its_clock(monkeypatch):
    """CLOCK_MONOTONIC stands still in a suspend; events read after it have the right time."""
    offsets = iter([1_000, 1_000, 1_050, 3_600_000_000_000])
    monkeypatch.setattr("bpflab.data.newest._utc_offset_ns", lambda: next(offsets))
    kept = Newest(EVENT, None)
    for number in (1, 2, 3):
        kept.add(one(number))
    assert choose(kept.chunks(), None, None)[1].tolist() == [1_000, 1_000, 3_600_000_000_000]
