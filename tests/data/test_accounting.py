"""The accounting of a log: every number counted apart, and what none of them explains."""

import random
import threading
from types import SimpleNamespace

import pytest

from bpflab.data import accounting
from bpflab.data.events import EventLog
from bpflab.errors import LabError
from tests.logs import FakeMap, FakeRing, log_of, row

NOTHING = {
    "produced": 0,
    "shown": 0,
    "filtered": 0,
    "discarded": 0,
    "others": 0,
    "dropped": 0,
    "waiting": 0,
    "forgotten": 0,
    "unaccounted": 0,
    "missed": 0,
}


def maps_of(**counts):
    """Return maps that hold these numbers, with `seen` and `dropped` at 0."""
    return {name: FakeMap(n) for name, n in ({"seen": 0, "dropped": 0} | counts).items()}


@pytest.mark.parametrize("missing", ["seen", "dropped"])
def test_without_a_count_there_is_no_ledger(missing):
    """A number that nobody counted is not made up; the fix is the C that counts."""
    maps = maps_of()
    del maps[missing]
    with pytest.raises(LabError) as caught:
        log_of(row(), maps=maps).ledger()
    assert caught.value.kind == "no-count"
    assert f"BPF_ARRAY({missing}, u64, 1)" in caught.value.fix


def test_a_hash_of_that_name_is_no_count():
    """A hash called `seen` holds something else; the message says what it is."""
    maps = maps_of()
    maps["seen"].counts, maps["seen"].type = False, "hash"
    with pytest.raises(LabError) as caught:
        log_of(row(), maps=maps).ledger()
    assert caught.value.kind == "no-count"
    assert "seen is a hash" in caught.value.message


def test_the_ledger_of_a_quiet_program():
    """Nothing was produced, and nothing is unaccounted."""
    assert log_of(maps=maps_of()).ledger() == NOTHING


@pytest.mark.parametrize("with_filter", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_each_number_is_what_happened(seed, with_filter):
    """Whatever is written, dropped, filtered, read, forgotten and lost in silence, it is named."""
    rng = random.Random(seed)
    maps = maps_of(**({"filtered": 0} if with_filter else {}))
    ring = FakeRing()
    log = EventLog(ring, maps, capacity=rng.choice((1, 7, 50, 10_000)))
    written, dropped, filtered, lost, serial = [], 0, 0, 0, 0
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
                elif fate < 0.23:
                    lost += 1
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
            read = written[: len(written) - ring.waiting]
            kept = read[-log._kept._capacity :]
            mine = [r for r in kept if chosen is None or r[1] in only.pids]
            assert ledger == NOTHING | {
                "produced": serial,
                "shown": len(mine),
                "filtered": filtered,
                "others": len(kept) - len(mine),
                "dropped": dropped,
                "waiting": ring.waiting,
                "forgotten": len(read) - len(kept),
                "unaccounted": lost,
            }
    assert lost


def test_an_event_that_was_not_counted_is_below_zero():
    """A program that sends more than it counts is no better: the number has a sign."""
    assert log_of(row(), row(), maps=maps_of(seen=1)).ledger()["unaccounted"] == -1


def test_what_waits_is_counted_in_the_ring():
    """A ring that hands out nothing still says how many records it has; they are not lost."""
    log = log_of(row(), row(), row(), maps=maps_of(seen=4))
    log._ring.read = lambda: log._ring.batches[0][:0]
    assert log.ledger() == NOTHING | {"produced": 4, "waiting": 3, "unaccounted": 1}


def test_a_count_that_moves_meanwhile_is_no_loss():
    """What an attached program counts while the rest is read was produced at some moment."""
    maps = maps_of(seen=2)
    log = log_of(row(), row(), maps=maps)

    def read():
        maps["seen"].value += 5  # counted, and not in the ring yet
        return FakeRing.read(log._ring)

    log._ring.read = read
    assert log.ledger() == NOTHING | {"produced": 2, "shown": 2}


def test_a_drop_between_two_counts_is_no_loss():
    """`seen` is read last, so a drop that comes while counters are read is in both or in none."""
    maps = maps_of(seen=1)
    seen, log = maps["seen"], log_of(row(), maps=maps)
    total = seen.total

    def drop_after():
        before = total()
        seen.value += 1
        maps["dropped"].value += 1
        return before

    seen.total = drop_after
    assert log.ledger()["unaccounted"] == 0


def test_an_event_on_its_way_is_not_reported_as_lost(monkeypatch):
    """One that is counted and reaches the ring a moment later is looked for again."""
    monkeypatch.setattr(
        accounting.time,
        "sleep",
        lambda _: log._ring.write(row()) if not log._ring.batches else None,
    )
    log = log_of(row(), maps=maps_of(seen=2))
    assert log.ledger() == NOTHING | {"produced": 2, "shown": 2}


def test_what_the_kernel_skipped_stands_beside_the_sum():
    """The program never saw these events, so `produced` does not hold them."""
    log = log_of(row(), maps=maps_of(seen=1), missed=lambda: 7)
    assert log.ledger() == NOTHING | {"produced": 1, "shown": 1, "missed": 7}


def test_a_settled_log_outlives_its_program():
    """After the ring and the maps are gone, events and ledger are those of the last moment."""
    maps, misses = maps_of(seen=5, dropped=1, filtered=1), [3]
    log = log_of(row(1), row(2), maps=maps, missed=lambda: misses[0])
    log.settle()
    log._ring.closed = True
    misses.clear()
    for one in maps.values():
        one.open = False
    assert log.pump() == 0
    assert log.frame()["path"].tolist() == ["/bin/ls", "/bin/ls"]
    assert log.ledger() == NOTHING | {
        "produced": 5,
        "shown": 2,
        "filtered": 1,
        "dropped": 1,
        "unaccounted": 1,
        "missed": 3,
    }


def test_settling_takes_all_that_waits():
    """The last events of a large ring come in more than one read, and none is left behind."""
    log = log_of(row(1), maps=maps_of(seen=3))
    log._ring.write(row(2))
    log._ring.write(row(3))
    log.settle()
    log._ring.closed = True
    assert log.ledger() == NOTHING | {"produced": 3, "shown": 3}


def test_what_could_not_be_taken_at_the_end_is_still_counted():
    """Records that a closed ring kept are `waiting`, as they were when it was closed."""
    log = log_of(row(), row(), maps=maps_of(seen=2))
    log._ring.read = lambda: log._ring.batches[0][:0]
    log.settle()
    log._ring.closed, log._ring.batches = True, []
    assert log.ledger() == NOTHING | {"produced": 2, "waiting": 2}


def test_a_program_without_counts_can_be_settled():
    """Closing a program never fails for a map that it does not have, or that counts nothing."""
    maps = maps_of()
    del maps["seen"]
    maps["dropped"].counts = maps["dropped"].open = False
    log = log_of(row(), maps=maps)
    log.settle()
    assert len(log) == 1


def test_many_threads_read_one_log():
    """Whoever pumps, each event comes once, and none is ever unaccounted."""
    maps, lock = maps_of(), threading.Lock()
    log = log_of(maps=maps)
    found = []

    def pump():
        for number in range(1000):
            with lock:  # counted before it is sent, as programs do
                maps["seen"].value += 1
                log._ring.write(row(number))
            log.pump()
            if not number % 50:
                found.append(log.ledger()["unaccounted"])

    threads = [threading.Thread(target=pump) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(log.records()["args"][:, 0].tolist()) == sorted(list(range(1000)) * 4)
    assert set(found) == {0}
    assert log.ledger() == NOTHING | {"produced": 4000, "shown": 4000}
