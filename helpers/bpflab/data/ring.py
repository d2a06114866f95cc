"""A ring buffer read by mapping it: batches of records into numpy, in bounded time.

The layout is that of kernel/bpf/ringbuf.c: a page with the consumer's position, a page with the
producer's, then the data, mapped twice in a row so that no record is split. A record is
a header of 8 bytes, its data, and padding to a multiple of 8.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from bpflab.errors import LabError

BUSY = 1 << 31  # reserved, not yet submitted
DISCARDED = 1 << 30
LENGTH = DISCARDED - 1
ACQUIRE, RELEASE = 2, 3  # __ATOMIC_ACQUIRE, __ATOMIC_RELEASE

_taken: set[tuple[int, int]] = set()  # (process, fd) of each ring that has its reader


class Ring:
    """The one reader of a ring buffer.

    Each ``read`` looks at the producer's position once and stops there, so it returns whatever
    the producer does. Records are copied before their space is free again.

    Attributes:
        size: bytes of data.
        dtype: the record's dtype.
        read_count: records returned so far.
        discarded: records that the program took back.
    """

    def __init__(self, fd: int, size: int, dtype: np.dtype[Any]) -> None:
        self._owner = (os.getpid(), fd)
        if self._owner in _taken:
            raise LabError(
                "ring-taken",
                "This ring buffer has a reader already.",
                why="Two readers would each see some of the records.",
                fix="Use the one there is, or close it.",
            )
        self._load, self._store, self._fence = atomics()
        page = mmap.PAGESIZE
        self._consumer = mmap.mmap(fd, page)
        self._data = mmap.mmap(fd, page + 2 * size, prot=mmap.PROT_READ, offset=page)
        _taken.add(self._owner)
        self._closed = False
        self._lock = threading.RLock()  # unmapped while another thread reads, it would crash
        # Addresses, not views: a view would keep the mapping, and so the map, alive.
        self._position = _address(np.frombuffer(self._consumer, np.uint8))
        self._produced = _address(np.frombuffer(self._data, np.uint8))
        self.size = size
        self.dtype = dtype
        self._stride = -(-(8 + dtype.itemsize) // 8) * 8
        self._record = np.dtype(
            {
                "names": ["length", "event"],
                "formats": ["u4", dtype],
                "offsets": [0, 8],
                "itemsize": self._stride,
            }
        )
        self.read_count = 0
        self.discarded = 0

    def read(self, limit: int = 65536) -> npt.NDArray[Any]:
        """Return at most *limit* records that were complete at the time of the call, oldest first.

        Raises:
            LabError: ``closed`` after ``close`` or in a forked child, ``record-size`` where a
                record is not of the dtype's size.
        """
        with self._lock:
            return self._read(limit)

    @property
    def closed(self) -> bool:
        """Whether this process cannot read it any more."""
        return self._closed or self._owner[0] != os.getpid()

    @property
    def unread(self) -> int:
        """Bytes between the consumer's position and the producer's."""
        with self._lock:
            position, produced = self._positions()
        return produced - position

    @property
    def waiting(self) -> int:
        """Records between the two positions, those that are not submitted yet among them."""
        return -(-self.unread // self._stride)

    def _read(self, limit: int) -> npt.NDArray[Any]:
        position, produced = self._positions()
        count = min(-(-(produced - position) // self._stride), limit)  # a part: a wrong size
        at = mmap.PAGESIZE + position % self.size
        records = np.ndarray(count, self._record, buffer=self._data, offset=at)
        headers = records["length"].copy()  # once: a second look may see other bits
        self._fence(ACQUIRE)
        busy = np.flatnonzero(headers & BUSY)
        done = headers[: busy[0]] if len(busy) else headers
        events = records["event"][: len(done)].copy()
        del records  # a traceback that held it would keep the ring mapped
        self._check(done)
        self._store(self._position, position + len(done) * self._stride, RELEASE)
        kept = (done & DISCARDED) == 0
        events = events if kept.all() else events[kept]
        self.read_count += len(events)
        self.discarded += len(done) - len(events)
        return events

    def _positions(self) -> tuple[int, int]:
        if self.closed:
            raise LabError(
                "closed", "This ring buffer is closed, or belongs to the parent process."
            )
        return self._load(self._position, ACQUIRE), self._load(self._produced, ACQUIRE)

    def _check(self, headers: npt.NDArray[Any]) -> None:
        wrong = headers & LENGTH != self.dtype.itemsize
        if wrong.any():
            found = int(headers[wrong][0] & LENGTH)
            raise LabError(
                "record-size",
                f"A record has {found} bytes, and its struct {self.dtype.itemsize}.",
                why="It is packed, has bit-fields, or the ring carries two kinds of records.",
                fix="Send one struct of plain fields, with sizeof of that struct.",
            )

    def close(self) -> None:
        """Unmap the ring; without this the map would outlive its program."""
        if self.closed:
            return  # in a forked child, where the lock may be held for ever, too
        with self._lock:
            if not self._closed:
                self._closed = True
                _taken.discard(self._owner)
                self._data.close()
                self._consumer.close()


def _address(view: npt.NDArray[Any]) -> int:
    return int(view.ctypes.data)


def atomics() -> tuple[Any, Any, Any]:
    """Return load, store and fence: one aligned access of 8 bytes, ordered as the ring asks.

    On x86-64 plain moves would do; aarch64 needs the acquire and the release.
    """
    try:
        library = ctypes.CDLL("libatomic.so.1")
    except OSError:
        raise LabError(
            "no-libatomic",
            "libatomic.so.1 is not installed.",
            fix="sudo apt-get install libatomic1",
        ) from None
    load, store, fence = (
        library[name] for name in ("__atomic_load_8", "__atomic_store_8", "atomic_thread_fence")
    )
    load.argtypes, load.restype = [ctypes.c_void_p, ctypes.c_int], ctypes.c_uint64
    store.argtypes, store.restype = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int], None
    fence.argtypes, fence.restype = [ctypes.c_int], None
    return load, store, fence
