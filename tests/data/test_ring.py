"""The ring's reader, held against memory laid out as the kernel's ring buffer lays it out."""

import mmap
import os
import random
import struct
import threading
import time
import warnings

import numpy as np
import pytest

from bpflab.data.ring import BUSY, DISCARDED, Ring
from bpflab.errors import LabError

PAGE = mmap.PAGESIZE
NUMBER = np.dtype("u8")
EVENT = np.dtype([("number", "u8"), ("pid", "u4"), ("comm", "S16")], align=True)


class FakeRing:
    """The producer's side: a consumer page, a producer page, and the data twice in a row."""

    def __init__(self, size=PAGE, start=0):
        self.size = size
        self.page = mmap.PAGESIZE  # the fixture `page` may have put another there
        self.fd = os.memfd_create("ring")
        os.ftruncate(self.fd, 2 * self.page + 2 * size)
        self.memory = mmap.mmap(self.fd, 2 * self.page + 2 * size)
        self.consumer = self.producer = start

    def close(self):
        """Free the memory; readers that are still open keep theirs."""
        self.memory.close()
        os.close(self.fd)

    @property
    def consumer(self):
        """The reader's position."""
        return int(np.frombuffer(self.memory, "u8", 1)[0])

    @consumer.setter
    def consumer(self, position):
        np.frombuffer(self.memory, "u8", 1)[0] = position  # in one store, as the kernel does

    @property
    def producer(self):
        """The writer's position."""
        return int(np.frombuffer(self.memory, "u8", 1, self.page)[0])

    @producer.setter
    def producer(self, position):
        np.frombuffer(self.memory, "u8", 1, self.page)[0] = position

    def put(self, position, raw):
        """Write bytes at a position, to both halves of the data."""
        at = position % self.size
        head, tail = raw[: self.size - at], raw[self.size - at :]
        for half in (2 * self.page, 2 * self.page + self.size):
            self.memory[half + at : half + at + len(head)] = head
            self.memory[half : half + len(tail)] = tail

    def mark(self, position, length, bits=0):
        """Write a record's header."""
        self.put(position, struct.pack("II", length | bits, 3))

    def write(self, payload, bits=0):
        """Reserve a record and fill it; return its position, or None where there is no room."""
        position = self.producer
        room = -(-(8 + len(payload)) // 8) * 8
        if position + room - self.consumer > self.size:
            return None
        self.put(position + 8, payload)
        self.mark(position, len(payload), bits)
        self.producer = position + room
        return position

    def number(self, value, bits=0):
        """Write a record of one u64."""
        return self.write(struct.pack("Q", value), bits)


@pytest.fixture(params=[4096, 16384, 65536])
def page(request, monkeypatch):
    """Run on pages of other sizes too, as kernels for aarch64 have them."""
    if request.param % mmap.ALLOCATIONGRANULARITY:
        pytest.skip(f"what is mapped here begins at multiples of {mmap.ALLOCATIONGRANULARITY}")
    monkeypatch.setattr(mmap, "PAGESIZE", request.param)
    return request.param


@pytest.fixture
def opened():
    """Make fake rings and their readers, and close them all."""
    made = []

    def make(dtype=NUMBER, **kwargs):
        fake = FakeRing(**kwargs)
        made.append(fake)
        ring = Ring(fake.fd, fake.size, dtype)
        made.append(ring)
        return fake, ring

    yield make
    for one in reversed(made):
        one.close()


def events(*numbers):
    """Return records of EVENT with these numbers."""
    return np.array([(n, n % 7, b"c%d" % n) for n in numbers], EVENT)


def test_an_empty_ring_gives_no_records(opened):
    """A read of nothing is an empty array of the record's dtype, and moves nothing."""
    fake, ring = opened(EVENT)
    got = ring.read()
    assert len(got) == 0
    assert got.dtype == EVENT
    assert (ring.discarded, ring.unread, fake.consumer) == (0, 0, 0)


def test_a_batch_is_what_was_written(opened):
    """Every record comes once, whole and in order, and its room is given back."""
    fake, ring = opened(EVENT)
    for event in events(1, 2, 3):
        fake.write(event.tobytes())
    assert ring.unread == 3 * 40
    assert ring.read().tolist() == events(1, 2, 3).tolist()
    assert (ring.unread, fake.consumer) == (0, fake.producer)
    assert len(ring.read()) == 0


def test_records_are_padded_to_eight_bytes(opened):
    """A record's size need not be a multiple of 8."""
    fake, ring = opened(np.dtype("S5"))
    for raw in (b"aaaaa", b"bbbbb", b"ccccc"):
        fake.write(raw)
    assert ring.read().tolist() == [b"aaaaa", b"bbbbb", b"ccccc"]
    assert fake.consumer == 48


def test_records_wrap_around(page, opened):
    """A record that begins in the last bytes of the data ends in the first ones, unsplit."""
    fake, ring = opened(EVENT, size=page, start=page - 16)
    for event in events(7, 8):
        fake.write(event.tobytes())
    assert ring.read().tolist() == events(7, 8).tolist()


@pytest.mark.parametrize("pages", [1, 4])
def test_a_full_ring_is_read_at_once(page, opened, pages):
    """From any start, all records of a ring without room come in one batch."""
    fake, ring = opened(size=pages * page, start=page // 2)
    count = 0
    while fake.number(count) is not None:
        count += 1
    assert count == pages * page // 16
    assert ring.read().tolist() == list(range(count))


@pytest.mark.parametrize("start", [16, 5 * PAGE + 48, 2**32 - 16, 2**62])
def test_positions_need_not_start_at_zero(opened, start):
    """Positions count bytes for ever; a reader goes on where the ring stands."""
    fake, ring = opened(start=start)
    fake.number(1)
    fake.number(2)
    assert ring.read().tolist() == [1, 2]
    assert fake.consumer == start + 32


def test_a_busy_record_holds_back_what_follows(opened):
    """A read stops before a record that is not submitted, and goes on once it is."""
    fake, ring = opened()
    fake.number(1)
    at = fake.number(2, BUSY)
    fake.number(3)
    assert ring.read().tolist() == [1]
    assert ring.read().tolist() == []
    assert (fake.consumer, ring.unread) == (at, 32)
    fake.mark(at, 8)
    assert ring.read().tolist() == [2, 3]


def test_discarded_records_are_skipped_and_counted(opened):
    """What the program took back is no event, but its room is free again."""
    fake, ring = opened()
    for n, bits in enumerate((DISCARDED, 0, DISCARDED, DISCARDED, 0)):
        fake.number(n, bits)
    assert ring.read().tolist() == [1, 4]
    assert (ring.discarded, ring.unread) == (3, 0)


def test_a_busy_record_that_is_then_discarded(opened):
    """It holds back what follows until it is taken back, and is no event then."""
    fake, ring = opened()
    at = fake.number(1, BUSY)
    fake.number(2)
    assert ring.read().tolist() == []
    fake.mark(at, 8, DISCARDED)
    assert ring.read().tolist() == [2]
    assert ring.discarded == 1


def test_a_header_is_looked_at_once(opened):
    """A record that is submitted while we read waits for the next read, whole."""
    fake, ring = opened()
    fake.number(1)
    at = fake.number(2, BUSY)
    fence = ring._fence

    def submitted_now(order):
        fake.mark(at, 8)
        fence(order)

    ring._fence = submitted_now
    assert ring.read().tolist() == [1]
    assert fake.consumer == at
    assert ring.read().tolist() == [2]


def test_the_data_is_copied_after_the_headers_and_before_the_room_is_given_back(opened):
    """Data that became visible with its header counts; data of a later writer does not."""
    fake, ring = opened()
    at = fake.number(0)
    fence, store = ring._fence, ring._store

    def visible_now(order):
        fake.put(at + 8, struct.pack("Q", 1))
        fence(order)

    def reused_now(address, position, order):
        store(address, position, order)
        fake.put(at + 8, struct.pack("Q", 2))

    ring._fence, ring._store = visible_now, reused_now
    assert ring.read().tolist() == [1]


def test_the_producer_is_looked_at_once(opened):
    """What is written during a read is for the next one, so a read ends."""
    fake, ring = opened()
    fake.number(0)
    load, looks = ring._load, []

    def faster_producer(address, order):
        value = load(address, order)
        looks.append(address)
        fake.number(len(looks))
        return value

    ring._load = faster_producer
    got = ring.read()
    assert len(looks) == 1
    assert got.tolist() == [0]


def test_what_was_read_belongs_to_the_caller(opened):
    """Records stay as they were when their room is written anew, and may be changed."""
    fake, ring = opened()
    fake.number(1)
    got = ring.read()
    fake.put(0, b"\xff" * PAGE)
    assert got.tolist() == [1]
    got[0] = 5
    ring.close()
    assert got.tolist() == [5]


def test_an_interrupted_read_loses_nothing(opened, monkeypatch):
    """What was copied before a Ctrl-C comes with the next read, once."""
    monkeypatch.setattr("bpflab.data.ring._BLOCK", 32)
    fake, ring = opened()
    for n in range(6):
        fake.number(n, DISCARDED if n == 1 else 0)
    fence, calls = ring._fence, []

    def interrupted(order):
        calls.append(order)
        if len(calls) == 2:
            raise KeyboardInterrupt
        fence(order)

    ring._fence = interrupted
    with pytest.raises(KeyboardInterrupt):
        ring.read()
    assert (fake.consumer, ring.discarded, ring.waiting) == (32, 1, 4)
    assert ring.read().tolist() == [0, 2, 3, 4, 5]
    assert len(ring.read()) == 0


@pytest.mark.parametrize("length", [4, 9, 16, 100])
@pytest.mark.parametrize("block", [1, 1 << 19])
def test_a_record_of_another_size_is_refused(opened, monkeypatch, length, block):
    """What stands before it is read; the refusal names both sizes, and the position stays."""
    monkeypatch.setattr("bpflab.data.ring._BLOCK", block)
    fake, ring = opened(np.dtype("S12"))
    fake.write(b"a" * 12)
    at = fake.write(b"b" * length)
    fake.write(b"c" * 12)
    assert ring.read().tolist() == [b"a" * 12]
    for _ in range(2):
        with pytest.raises(LabError) as caught:
            ring.read()
        assert caught.value.kind == "record-size"
        assert f" {length} bytes" in caught.value.message
        assert " 12" in caught.value.message
    assert (fake.consumer, ring.discarded) == (at, 0)


def test_a_lone_record_of_a_smaller_size_is_refused(opened):
    """A record shorter than the struct is no empty ring."""
    fake, ring = opened(EVENT)
    fake.write(b"12345678")
    with pytest.raises(LabError) as caught:
        ring.read()
    assert caught.value.kind == "record-size"


def test_a_busy_record_of_another_size_is_not_judged_yet(opened):
    """What is not submitted is not looked at."""
    fake, ring = opened()
    fake.number(1)
    fake.write(b"b" * 24, BUSY)
    assert ring.read().tolist() == [1]


def test_a_second_reader_is_refused(opened):
    """There is one reader at a time; after it is closed there may be another."""
    fake, ring = opened()
    with pytest.raises(LabError) as caught:
        Ring(fake.fd, fake.size, NUMBER)
    assert caught.value.kind == "ring-taken"
    fake.number(1)
    assert ring.read().tolist() == [1]
    ring.close()
    again = Ring(fake.fd, fake.size, NUMBER)
    fake.number(2)
    assert again.read().tolist() == [2]
    again.close()


def test_a_reader_that_could_not_be_made_takes_nothing():
    """A descriptor that cannot be mapped is not marked as taken."""
    fd = os.memfd_create("ring")
    os.ftruncate(fd, PAGE)
    for _ in range(2):
        with pytest.raises((OSError, ValueError)):
            Ring(fd, PAGE, NUMBER)
    os.close(fd)


def test_after_close_nothing_can_be_read(opened):
    """A closed reader says so, and closing it again does nothing."""
    fake, ring = opened()
    fake.number(1)
    assert not ring.closed
    ring.close()
    ring.close()
    assert ring.closed
    for use in (ring.read, lambda: ring.unread):
        with pytest.raises(LabError) as caught:
            use()
        assert caught.value.kind == "closed"


def test_a_closed_reader_stays_closed_when_its_descriptor_is_used_again(opened):
    """The next ring may get the same fd; the old reader neither reads nor closes it."""
    first = FakeRing()
    old = Ring(first.fd, first.size, NUMBER)
    number = first.fd
    old.close()
    first.close()
    fake, ring = opened()
    assert fake.fd == number, "the descriptor was not used again: this test tests nothing"
    assert old.closed  # reading would follow an address that is not mapped any more
    old.close()
    assert not ring.closed
    fake.number(1)
    assert ring.read().tolist() == [1]


def test_a_forked_child_may_not_read(opened):
    """The ring has one reader, and it is the parent; closing in the child leaves it alone."""
    fake, ring = opened()
    fake.number(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a fork beside threads
        child = os.fork()
    if not child:
        code = 1
        try:
            ring.read()
        except LabError as error:
            ring.close()
            code = 0 if error.kind == "closed" and ring.closed else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert fake.consumer == 0
    assert ring.read().tolist() == [1]


def test_close_works_while_a_traceback_is_kept(opened):
    """An exception that a notebook remembers holds no view of memory that is then unmapped."""
    fake, ring = opened()
    fake.write(b"another size")
    fake.number(1)
    with pytest.raises(LabError) as caught:
        ring.read()
    ring.close()
    assert ring.closed
    frames, traceback = [], caught.value.__traceback__
    while traceback:
        frames.append(traceback.tb_frame)
        traceback = traceback.tb_next
    assert len(frames) > 1
    for frame in frames:
        for value in frame.f_locals.values():
            while isinstance(value, np.ndarray):
                value = value.base
            assert not isinstance(value, mmap.mmap), frame


def test_every_read_ends_though_the_producer_does_not(opened):
    """With a thread that writes without end no batch exceeds the ring, and no record is lost."""
    fake, ring = opened(size=16 * PAGE)
    stop = threading.Event()

    def produce():
        n = 0
        while not stop.is_set():
            n += fake.number(n) is not None

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        got, end = [], time.monotonic() + 120  # a busy emulated CPU takes long
        while len(got) < 50_000 and time.monotonic() < end:
            batch = ring.read()
            assert len(batch) <= 16 * PAGE // 16
            got += batch.tolist()
    finally:
        stop.set()
        thread.join()
    got += ring.read().tolist()
    assert got == list(range(len(got)))
    assert len(got) >= 50_000


@pytest.mark.parametrize("seed", range(10))
def test_any_interleaving_agrees_with_a_queue(page, opened, monkeypatch, seed):
    """Reserve, submit, discard and read in any order: the events are those of a plain list."""
    rng = random.Random(seed)
    monkeypatch.setattr("bpflab.data.ring._BLOCK", rng.choice((1, 100, 1000, 1 << 19)))
    dtype = rng.choice([NUMBER, EVENT, np.dtype("S5"), np.dtype([("a", "u8"), ("b", "S41")])])
    size = page * rng.choice((1, 2))
    fake, ring = opened(dtype, size=size, start=8 * (size - rng.randrange(2000)))
    queue, pending, serial = [], [], 0  # queue: [payload, state], pending: (queue item, position)
    read = discarded = 0
    for _ in range(3000):
        step = rng.random()
        if step < 0.5:
            serial += 1
            payload = (b"%d." % serial).rjust(5, b"-")[-5:].ljust(dtype.itemsize, b"x")
            state = rng.choice((0, 0, 0, BUSY, DISCARDED))
            position = fake.write(payload, state)
            if position is not None:
                queue.append([payload, state])
                if state == BUSY:
                    pending.append((queue[-1], position))
        elif step < 0.85 and pending:
            item, position = pending.pop(rng.randrange(len(pending)))
            item[1] = rng.choice((0, DISCARDED))
            fake.mark(position, dtype.itemsize, item[1])
        else:
            want = []
            while queue and queue[0][1] != BUSY:
                payload, state = queue.pop(0)
                if state == DISCARDED:
                    discarded += 1
                else:
                    want.append(payload)
            read += len(want)
            assert ring.read().tolist() == np.frombuffer(b"".join(want), dtype).tolist()
            assert ring.discarded == discarded
            assert ring.unread == len(queue) * (-(-(8 + dtype.itemsize) // 8) * 8)
    assert read > 100
    assert discarded > 10
