"""The log of events: its columns, its bound, and whose events it shows."""

import errno
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bpflab.data.events import EventLog
from bpflab.errors import LabError
from tests.logs import EVENT, FakeRing, log_of, row


def test_the_frame_has_a_row_an_event_and_a_column_a_field():
    """Columns stand in the struct's order, with those made of a string right behind it."""
    frame = log_of(row(1), row(2)).frame()
    assert list(frame.columns) == [
        "time",
        "pid",
        "path_len",
        "comm",
        "path",
        "path_status",
        "path_bytes",
        "args",
    ]
    assert frame["pid"].tolist() == [1, 1]
    assert frame["path"].tolist() == ["/bin/ls", "/bin/ls"]
    assert [list(cell) for cell in frame["args"]] == [[1, 2**63], [2, 2**63]]


def test_an_empty_log_has_the_same_columns():
    """No event yet is a frame of no rows, not one of no columns."""
    empty, full = log_of().frame(), log_of(row()).frame()
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)


@pytest.mark.parametrize(
    ("path", "length", "text", "kept", "status"),
    [
        (b"/bin/ls", 8, "/bin/ls", b"/bin/ls", "whole"),
        (b"/bin/lsa", 9, "/bin/ls", b"/bin/ls", "cut"),
        (b"/bin/ls", 4096, "/bin/ls", b"/bin/ls", "cut"),
        (b"", 1, "", b"", "whole"),
        (b"ab\0stale", 3, "ab", b"ab", "whole"),
        (b"a\0b", 4, "a\\x00b", b"a\0b", "whole"),
        (b"a", 4, "a\\x00\\x00", b"a\0\0", "whole"),
        (b"\x1b[2J\n\xff", 7, "\\x1b[2J\\n\\xff", b"\x1b[2J\n\xff", "whole"),
        (b"", -errno.EFAULT, "(unreadable: EFAULT)", b"", "unreadable"),
        (b"stale", -errno.EFAULT, "(unreadable: EFAULT)", b"", "unreadable"),
        (b"", -errno.ENAMETOOLONG, "(unreadable: ENAMETOOLONG)", b"", "unreadable"),
        (b"", -4095, "(unreadable: -4095)", b"", "unreadable"),
    ],
)
def test_a_string_says_what_was_read_of_it(path, length, text, kept, status):
    """Whole, cut or unreadable, with the bytes as they were and text that hides nothing."""
    (event,) = log_of(row(path=path, length=length)).frame().to_dict("records")
    assert (event["path"], event["path_bytes"], event["path_status"]) == (text, kept, status)
    assert event["path_len"] == length


def test_an_unsigned_length_can_be_an_errno_too():
    """A length declared u32 holds -14 as 4294967282; that is no cut string."""
    fields, values = [("path", "S8"), ("path_len", "u4")], (b"", 2**32 - 14)
    for order in (1, -1):  # the length behind its string, and before it
        ring = FakeRing(np.dtype(fields[::order]))
        ring.write(values[::order])
        (event,) = EventLog(ring, {}).frame().to_dict("records")
        assert (event["path"], event["path_status"]) == ("(unreadable: EFAULT)", "unreadable")
        assert event["path_len"] == -14


def test_a_string_without_a_length_ends_at_its_nul():
    """`comm` is text up to its NUL, and what it hides is spelled out."""
    frame = log_of(row(comm=b"a\0b"), row(comm=b"\x1b[31m"), row(comm=b"1234567890123456")).frame()
    assert frame["comm"].tolist() == ["a", "\\x1b[31m", "1234567890123456"]
    assert "comm_status" not in frame


def test_the_time_is_utc_and_keeps_order_and_spacing():
    """CLOCK_MONOTONIC becomes UTC by one offset for the whole log."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    log = log_of(row(now), row(now + 1), row(now + 1000))
    first = log.frame()["time"]
    log._ring.write(row(now + 2000))
    times = log.frame()["time"]
    assert str(times.dt.tz) == "UTC"
    assert times.is_monotonic_increasing
    assert [t.value - times[0].value for t in times] == [0, 1, 1000, 2000]
    assert times[:3].tolist() == first.tolist()
    assert abs(times[0] - pd.Timestamp.now("UTC")) < pd.Timedelta("5s")


def test_a_time_that_was_not_measured_is_missing():
    """A program that leaves ktime_ns 0 did not say when: that is not the moment of the boot."""
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    times = log_of(row(0), row(now)).frame()["time"]
    assert times.isna().tolist() == [True, False]
    assert str(log_of().frame()["time"].dt.tz) == "UTC"


def test_a_log_says_what_it_has():
    """In a terminal a log is its count, its fields, and whether more can come."""
    log = log_of(row(1), row(2))
    log.pump()
    fields = "{ktime_ns: u64, pid: u32, path_len: s32, comm: char[16], path: char[8], args: u64[2]}"
    assert repr(log) == f"<EventLog: 2 events of {fields}>"
    log._ring.write(row(3))
    assert repr(log) == f"<EventLog: 2 events of {fields}; 1 in the ring>"
    log._ring.closed = True
    assert repr(log) == f"<EventLog: 2 events of {fields}; closed>"
    assert repr(log_of()).startswith("<EventLog: 0 events of ")


def test_records_are_the_bytes_that_came():
    """One structured array of the program's own dtype, in the order of arrival."""
    log = log_of(row(1), row(2))
    log._ring.write(row(3))
    log.pump()
    records = log.records()
    assert records.dtype == EVENT
    assert records["ktime_ns"].tolist() == [1, 2, 3]
    assert len(log) == 3


def test_pump_says_how_many_came():
    """Each pump takes what waits; an empty ring gives none."""
    log = log_of(row(1), row(2))
    assert [log.pump(), log.pump()] == [2, 0]


def test_a_batch_that_fills_much_of_its_ring_is_noticed():
    """More than a quarter of the ring at once: who reads in the background comes back sooner."""
    log = log_of(*(row(n) for n in range(log_of()._ring.size // 4 // (EVENT.itemsize + 8) + 1)))
    log.pump()
    assert log.pressed
    log._ring.write(row())
    log.pump()
    assert not log.pressed


def test_only_shows_the_events_of_its_pids():
    """Anything with `pids` chooses; a set, a list and none at all serve."""
    log = log_of(row(1, pid=10), row(2, pid=11), row(3, pid=10))
    assert log.frame(SimpleNamespace(pids={10}))["pid"].tolist() == [10, 10]
    assert log.frame(SimpleNamespace(pids=[11, 99]))["pid"].tolist() == [11]
    assert len(log.frame(SimpleNamespace(pids=frozenset()))) == 0
    assert len(log.frame()) == 3


def test_only_takes_pids_as_they_are():
    """A list of process ids or one of them is enough; what names no process is refused."""
    log = log_of(row(1, pid=10), row(2, pid=11), row(3, pid=10))
    assert log.frame([10])["pid"].tolist() == [10, 10]
    assert log.frame(np.int64(11))["pid"].tolist() == [11]
    assert len(log.frame([])) == 0
    for wrong in ("10", ["10"], 1.5, object()):
        with pytest.raises(LabError) as caught:
            log.frame(wrong)
        assert caught.value.kind == "argument"


def test_only_may_be_an_iterator():
    """Process ids that can be walked through once choose from every batch."""
    log = log_of(row(1, pid=10), capacity=100)
    log.pump()
    log._ring.write(*(row(n, pid=n % 2 + 10) for n in range(4)))
    assert log.frame(iter([10]))["pid"].tolist() == [10, 10, 10]


def test_only_needs_a_pid():
    """Events that do not say whose they are cannot be chosen by process."""
    log = EventLog(FakeRing(np.dtype([("number", "u8")])), {})
    with pytest.raises(LabError) as caught:
        log.records(SimpleNamespace(pids={1}))
    assert caught.value.kind == "no-pid"


def test_the_newest_events_are_kept():
    """Beyond the capacity the oldest are given up, and counted."""
    log = log_of(*(row(n) for n in range(5)), capacity=3)
    assert log.records()["ktime_ns"].tolist() == [2, 3, 4]
    assert (len(log), log.forgotten) == (3, 2)
    log._ring.write(*(row(n) for n in range(5, 15)))
    assert log.records()["ktime_ns"].tolist() == [12, 13, 14]
    assert (len(log), log.forgotten) == (3, 12)


def test_only_the_newest_are_shown_on_demand():
    """With a number there are so many rows, the last ones, across batches and of one's own pids."""
    log = log_of(*(row(n, pid=n % 2) for n in range(5)))
    log._ring.write(*(row(n, pid=n % 2) for n in range(5, 8)))

    numbers = [
        log.frame(newest=n)["args"].map(lambda args: args[0]).tolist() for n in (0, 2, 4, 99)
    ]
    mine = log.records(SimpleNamespace(pids=[1]), newest=2)["args"][:, 0].tolist()

    assert numbers == [[], [6, 7], [4, 5, 6, 7], list(range(8))]
    assert mine == [5, 7]
