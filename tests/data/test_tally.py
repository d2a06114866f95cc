"""Events counted as they are read, and counters as rates."""

import gc
import random
import weakref
from types import SimpleNamespace

import numpy as np
import pytest

from bpflab.data import tally
from bpflab.data.events import EventLog
from bpflab.data.tally import Rates, Tally
from bpflab.errors import LabError
from tests.logs import FakeRing, log_of, row

LATENCY = np.dtype([("latency_ns", "u8"), ("change", "i4")])


@pytest.fixture(autouse=True)
def _nobody_pumps(monkeypatch):
    """Read rings in the test's own thread alone."""
    monkeypatch.setattr(tally, "pump", SimpleNamespace(keep=lambda log: None))


def latencies(*values):
    """Return a log of records with these latencies."""
    ring = FakeRing(LATENCY)
    ring.write(*((value, 0) for value in values))
    return EventLog(ring, {})


def test_every_event_counts_though_the_log_forgets():
    """The counts are of all events, the most frequent value first; equal ones by their names."""
    log = log_of(*(row(n, comm=c) for n, c in enumerate([b"make", b"sh", b"cc"])), capacity=3)
    names = Tally(log, "comm")
    log._ring.write(row(comm=b"make"), row(comm=b"cc"), row(comm=b"make"))

    counts = names.counts()

    assert list(counts.items()) == [("make", 3), ("cc", 2), ("sh", 1)]
    assert (counts.index.name, counts.name) == ("comm", "events")
    assert log.forgotten == 3


def test_a_tally_that_nobody_has_is_collected():
    """The log, which goes on, keeps none of the tallies of a cell that ran again."""
    log = log_of(row())
    gone = weakref.ref(Tally(log, "comm"))
    gc.collect()
    log._ring.write(row())

    assert gone() is None
    assert len(log.records()) == 2


def test_the_rest_is_added_up():
    """With a number of values, what they leave out is one row more."""
    log = log_of(*(row(pid=pid) for pid in [1, 1, 1, 2, 2, 3, 4]))

    counts = Tally(log, "pid").counts(largest=2)

    assert list(counts.items()) == [(1, 3), (2, 2), ("(2 others)", 2)]


def test_a_hostile_name_is_counted_as_text():
    """What a name holds stays visible, and two names never become one row of the table."""
    log = log_of(row(comm=b"<b>\x1b[1m\n"), row(comm=b"\xff\xfe"))

    assert sorted(Tally(log, "comm").counts().index) == ["<b>\\x1b[1m\\n", "\\xff\\xfe"]


def test_slots_are_powers_of_two():
    """Each value stands in the slot of its highest bit: exactly, at every bound of 64 bits."""
    edges = [value for k in range(64) for value in (2**k, 2 ** (k + 1) - 1)]
    counts = Tally(latencies(0, *edges), "latency_ns", log2=True).counts()

    assert counts.index.tolist() == list(range(64))
    assert counts.tolist() == [3, *[2] * 63]


def test_slots_of_random_values():
    """A slot says what int.bit_length says."""
    rng = random.Random(7)
    values = [rng.getrandbits(rng.randint(1, 64)) or 1 for _ in range(500)]

    counts = Tally(latencies(*values), "latency_ns", log2=True).counts()

    wanted = [value.bit_length() - 1 for value in values]
    assert counts.to_dict() == {k: wanted.count(k) for k in sorted(set(wanted))}


def test_a_negative_number_is_in_the_first_slot():
    """A histogram in powers of two has no place below 0."""
    ring = FakeRing(LATENCY)
    ring.write((1, -5), (1, 3))

    assert Tally(EventLog(ring, {}), "change", log2=True).counts().to_dict() == {0: 1, 1: 1}


@pytest.mark.parametrize(
    ("field", "log2", "kind"), [("nmae", False, "no-field"), ("comm", True, "not-a-number")]
)
def test_a_wrong_field_is_refused(field, log2, kind):
    """One that is not there, and a histogram of names."""
    with pytest.raises(LabError) as refused:
        Tally(log_of(), field, log2=log2)

    assert refused.value.kind == kind


@pytest.fixture
def clock(monkeypatch):
    """Let time pass only when the test says so."""
    clock = SimpleNamespace(now=1000.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(tally, "time", clock)
    return clock


def test_rates_are_differences_by_time(clock):
    """A row for each sample after the first, a column for each counter, by time."""
    counts = {"cpu 0": 0, "cpu 1": 10}
    rates = Rates(lambda: counts)
    clock.now += 2
    counts = {"cpu 0": 100, "cpu 1": 10}
    rates.frame()
    clock.now += 0.5
    counts = {"cpu 0": 101, "cpu 1": 40}

    frame = rates.frame()

    assert frame.to_dict("list") == {"cpu 0": [50, 2], "cpu 1": [0, 60]}
    assert frame.index.tolist() == [2.0, 2.5]
    assert frame.index.name == "seconds"


def test_rates_forget_what_is_long_ago(clock):
    """Only the last seconds are kept."""
    rates = Rates(lambda: {"events": clock.now}, seconds=10)
    for _ in range(30):
        clock.now += 1
        frame = rates.frame()

    assert frame.index.tolist() == [float(n) for n in range(21, 31)]
    assert set(frame["events"]) == {1.0}


def test_rates_over_next_to_no_time_are_not_shown(clock):
    """Two looks in one moment are one sample: a difference of little by little is noise."""
    rates = Rates(lambda: {"events": clock.now * 1000})
    for _ in range(5):
        clock.now += 0.001
        assert rates.frame().empty
    clock.now += 1

    assert rates.frame()["events"].round().tolist() == [1000.0]
