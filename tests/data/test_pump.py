"""Rings read in the background: while somebody looks, and no longer."""

import time
from types import SimpleNamespace

import numpy as np
import pytest

from bpflab.data.pump import Pump
from bpflab.errors import LabError
from tests.logs import log_of, row


def until(true, seconds=10.0):
    """Wait until *true* says so; return whether it did."""
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.005)
    return true()


def raising(error):
    """Return a function that raises *error*."""

    def refuse(*_):
        raise error

    return refuse


@pytest.fixture
def pump():
    """A pump of its own, whose thread must have ended when nobody looks any more."""
    pump = Pump()
    yield pump
    assert until(lambda: pump._thread is None)


def test_a_ring_is_read_while_somebody_looks(pump):
    """What is written arrives in the log without a call of its own."""
    log = log_of(row(0))
    pump.keep(log, 30)

    assert until(lambda: len(log) == 1)
    log._ring.write(row(1))
    assert until(lambda: len(log) == 2)
    pump.release(log)
    assert until(lambda: pump._thread is None, seconds=5)
    assert len(log) == 2


def test_a_ring_that_fills_is_read_sooner(pump, monkeypatch):
    """The pause is long while nothing comes, shorter while events come, shortest in a storm."""
    pauses, batches = [], [[row(1)] * 64, [row(1)], []]
    log = log_of()

    def sleep(seconds):
        pauses.append(seconds)
        if batches:
            log._ring.write(*batches.pop())
        else:
            pump.release(log)

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
    monkeypatch.setattr("bpflab.data.pump.time", clock)
    pump.keep(log, 30)

    assert until(lambda: pump._thread is None)
    assert len(log) == 65
    assert pauses[0] == pauses[1] > pauses[2] > pauses[3]


def test_nobody_looks_for_ever(pump):
    """When the time is over, nothing is read, and the thread ends; asking again starts another."""
    log = log_of(row(0))
    for number in range(2):
        pump.keep(log, 1.0)
        assert until(lambda: pump._thread is None)
        assert len(log) == number + 1
        log._ring.write(row(1))

    time.sleep(0.1)
    assert len(log) == 2


def test_a_log_that_is_lost_is_let_go(pump):
    """The pump alone keeps no log alive, and so no ring and no program."""
    pump.keep(log_of(row(0)), 30)

    assert until(lambda: pump._thread is None)


@pytest.mark.parametrize(
    "fault", [LabError("record-size", "A record has 7 bytes, and its struct 8."), ValueError("7")]
)
def test_a_ring_that_cannot_be_read_stops_no_other(pump, fault):
    """Whatever is raised: whoever looks at this log is told it, and the other log goes on."""
    broken, sound = log_of(), log_of(row(0))
    broken._ring.read = raising(fault)
    pump.keep(broken, 30)
    pump.keep(sound, 30)

    assert until(lambda: len(sound) == 1)
    sound._ring.write(row(1))
    assert until(lambda: len(sound) == 2)
    with pytest.raises(type(fault), match="7"):
        pump.keep(broken, 30)
    pump.release(sound)


def test_a_ring_that_failed_is_tried_again(pump):
    """Whoever looks hears why, and the look after that starts the reading anew."""
    log = log_of()
    read, log._ring.read = log._ring.read, raising(ZeroDivisionError("a read"))
    pump.keep(log, 30)

    assert until(lambda: pump._thread is None)
    with pytest.raises(ZeroDivisionError, match="a read"):
        pump.keep(log, 30)
    log._ring.read = read
    log._ring.write(row(1))
    pump.keep(log, 30)
    assert until(lambda: len(log) == 1)
    pump.release(log)


def test_a_closed_ring_is_left_alone(pump):
    """A closed ring is unmapped: reading it would end the process."""
    log = log_of(row(0))
    log._ring.closed = True
    log._ring.read = lambda: np.empty(0)["no such field"]

    pump.keep(log, 0.5)

    assert until(lambda: pump._thread is None)
