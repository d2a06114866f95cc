"""The log of events: its columns, its bound and its books."""

import errno
import random
import threading
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bpflab.data.events import EventLog
from bpflab.errors import LabError
from tests.logs import EVENT, FakeMap, FakeRing, log_of, row


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
    dtype = np.dtype([("path", "S8"), ("path_len", "u4")])
    ring = FakeRing(dtype)
    ring.write((b"", 2**32 - 14))
    (event,) = EventLog(ring, {}).frame().to_dict("records")
    assert (event["path"], event["path_status"]) == ("(unreadable: EFAULT)", "unreadable")


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


def test_only_shows_the_events_of_its_pids():
    """Anything with `pids` chooses; a set, a list and none at all serve."""
    log = log_of(row(1, pid=10), row(2, pid=11), row(3, pid=10))
    assert log.frame(SimpleNamespace(pids={10}))["pid"].tolist() == [10, 10]
    assert log.frame(SimpleNamespace(pids=[11, 99]))["pid"].tolist() == [11]
    assert len(log.frame(SimpleNamespace(pids=frozenset()))) == 0
    assert len(log.frame()) == 3


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


def test_without_a_capacity_the_memory_is_bounded():
    """A log keeps 64 MiB of records, whatever their size."""
    big = FakeRing(np.dtype("S1048576"))
    log = EventLog(big, {})
    for _ in range(70):
        big.write(b"x")
        log.pump()
    assert (len(log), log.forgotten) == (64, 6)


@pytest.mark.parametrize("missing", ["seen", "dropped"])
def test_without_a_count_there_is_no_ledger(missing):
    """A number that nobody counted is not made up; the fix is the C that counts."""
    maps = {name: FakeMap() for name in ("seen", "dropped") if name != missing}
    with pytest.raises(LabError) as caught:
        log_of(row(), maps=maps).ledger()
    assert caught.value.kind == "no-count"
    assert f"BPF_ARRAY({missing}, u64, 1)" in caught.value.fix


def test_the_ledger_of_a_quiet_program():
    """Nothing was produced, and nothing is missing."""
    log = log_of(maps={"seen": FakeMap(), "dropped": FakeMap()})
    assert set(log.ledger().values()) == {0}


@pytest.mark.parametrize("with_filter", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_ledger_always_adds_up(seed, with_filter):
    """Whatever is written, dropped, filtered, read and forgotten, each event is in one row."""
    rng = random.Random(seed)
    maps = {name: FakeMap() for name in ("seen", "dropped")}
    if with_filter:
        maps["filtered"] = FakeMap()
    ring = FakeRing()
    log = EventLog(ring, maps, capacity=rng.choice((1, 7, 50, 10_000)))
    written, dropped, filtered, serial = [], 0, 0, 0
    only = SimpleNamespace(pids={1, 2})
    for _ in range(200):
        step = rng.random()
        if step < 0.5:
            batch = []
            for _ in range(rng.randint(0, 9)):
                serial += 1
                fate = rng.random()
                if fate < 0.1:
                    dropped += 1
                elif fate < 0.2 and with_filter:
                    filtered += 1
                else:
                    batch.append(row(serial, pid=rng.randint(1, 4)))
            ring.write(*batch)
            written += batch
            maps["seen"].value, maps["dropped"].value = serial, dropped
            if with_filter:
                maps["filtered"].value = filtered
        elif step < 0.7:
            log.pump()
        else:
            chosen = only if rng.random() < 0.5 else None
            ledger = log.ledger(chosen)
            kept = written[: len(written) - ring.waiting][-log._capacity :]
            mine = [r for r in kept if chosen is None or r[1] in only.pids]
            assert ledger == {
                "produced": serial,
                "shown": len(mine),
                "filtered": filtered + len(kept) - len(mine),
                "dropped": dropped,
                "waiting": ring.waiting,
                "forgotten": len(written) - ring.waiting - len(kept),
            }
            assert ledger["produced"] == sum(ledger.values()) - ledger["produced"]
            assert (
                log.records()["ktime_ns"].tolist()[-1:]
                == [r[0] for r in written[: len(written) - ring.waiting]][-1:]
            )


def test_a_settled_log_outlives_its_program():
    """After the ring and the maps are gone, events and ledger are those of the last moment."""
    maps = {"seen": FakeMap(4), "dropped": FakeMap(1), "filtered": FakeMap(1)}
    log = log_of(row(1), row(2), maps=maps)
    log.settle()
    log._ring.closed = True
    for held in maps.values():
        held.open = False
    assert log.pump() == 0
    assert log.frame()["path"].tolist() == ["/bin/ls", "/bin/ls"]
    assert log.ledger() == {
        "produced": 4,
        "shown": 2,
        "filtered": 1,
        "dropped": 1,
        "waiting": 0,
        "forgotten": 0,
    }


def test_settling_takes_all_that_waits():
    """The last events of a large ring come in more than one read, and none is left behind."""
    log = log_of(row(1), maps={"seen": FakeMap(3), "dropped": FakeMap()})
    log._ring.write(row(2))
    log._ring.write(row(3))
    log.settle()
    log._ring.closed = True
    assert log.ledger()["waiting"] == 0
    assert len(log) == 3


def test_a_program_without_counts_can_be_settled():
    """Closing a program never fails for a map that it does not have."""
    log = log_of(row())
    log.settle()
    assert len(log) == 1


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


def test_a_tap_sees_every_event_once():
    """Those that are kept when it is put in, and each batch after that, even of a bounded log."""
    log = log_of(row(0), row(1), capacity=3)
    log.pump()
    seen = []
    log.tap(lambda batch: seen.extend(batch["args"][:, 0].tolist()))

    for number in range(2, 9, 2):
        log._ring.write(row(number), row(number + 1))
        log.drain()

    assert seen == list(range(10))
    assert log.forgotten == 7


def test_many_threads_read_one_log():
    """Whoever pumps, each event comes once, and the books are never in disorder."""
    log = log_of(maps={"seen": FakeMap(), "dropped": FakeMap()})
    log._maps["seen"].value = 4000
    sums = []

    def pump():
        for number in range(1000):
            log._ring.write(row(number))
            log.pump()
            if not number % 50:
                books = log.ledger()
                sums.append(sum(books.values()) - 2 * books["produced"])

    threads = [threading.Thread(target=pump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(log.records()["args"][:, 0].tolist()) == sorted(list(range(1000)) * 4)
    assert set(sums) == {0}
