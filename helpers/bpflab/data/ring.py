"""A ring buffer read by mapping it: batches of records into numpy, in bounded time.

The layout is that of kernel/bpf/ringbuf.c: a page with the consumer's position, a page with the
producer's, then the data, mapped twice in a row so that no record is split. A record is
a header of 8 bytes, its data, and padding to a multiple of 8.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import os
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from bpflab.data.layout import described
from bpflab.errors import NO_DESCRIPTOR, LabError, no_descriptor

BUSY = 1 << 31  # reserved, not yet submitted
DISCARDED = 1 << 30
LENGTH = DISCARDED - 1
ACQUIRE, RELEASE = 2, 3  # __ATOMIC_ACQUIRE, __ATOMIC_RELEASE

HEADER = 8  # bytes before the data of a record
_BLOCK = 1 << 19  # bytes at a time: what the headers brought into the cache is there for the copy
_taken: set[tuple[int, int]] = set()  # (process, fd) of each ring that has its reader


class Ring:
    """The one reader of a ring buffer.

    Each ``read`` looks at the producer's position once and stops there, so it returns whatever
    the producer does. Records are copied before their space is free again.

    Attributes:
        size: bytes of data.
        dtype: the record's dtype.
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
        try:
            self._data = mmap.mmap(fd, page + 2 * size, prot=mmap.PROT_READ, offset=page)
        except BaseException:  # or it lives as long as the traceback
            self._consumer.close()
            raise
        _taken.add(self._owner)
        self._closed = False
        self._lock = threading.RLock()  # unmapped while another thread reads, it would crash
        # Addresses, not views: a view would keep the mapping, and so the map, alive.
        self._consumed = _address(np.frombuffer(self._consumer, np.uint8))
        self._produced = _address(np.frombuffer(self._data, np.uint8))
        self._position: int = self._load(self._consumed, ACQUIRE)  # nobody else moves it
        self.size = size
        self.dtype = dtype
        self.discarded = 0
        self._before = np.empty(0, np.uint8)  # what an interrupted read has copied
        self._stride = taken(dtype.itemsize)
        self._record = np.dtype(
            {"names": ["event"], "formats": [dtype], "offsets": [HEADER], "itemsize": self._stride}
        )

    def read(self) -> npt.NDArray[Any]:
        """Return the records that were complete at the time of the call.

        They are the caller's, oldest first, and lie in memory with their headers between them.

        Raises:
            LabError: ``closed`` after ``close`` or in a forked child, ``record-size`` where a
                record is not of the dtype's size.
        """
        with self._lock:
            wanted = -(-self.unread // self._stride)  # a part of a record: one of another size
            records = np.empty(wanted * self._stride, np.uint8)
            kept, read, block = 0, 0, max(_BLOCK // self._stride, 1)
            try:
                while read < wanted:
                    asked = min(block, wanted - read)
                    done, left = self._copy(asked, records[kept * self._stride :], first=not read)
                    # No call stands between these, so no interrupt comes between them.
                    read, kept = read + done, kept + left
                    self.discarded += done - left
                    self._position += done * self._stride
                    self._store(self._consumed, self._position, RELEASE)
                    if done < asked:
                        break
            except BaseException:  # an interrupt: the next read returns what this one has copied
                self._before = np.concatenate([self._before, records[: kept * self._stride]])
                raise
            if kept < wanted or len(self._before):  # memory for more would stay with what is kept
                records = np.concatenate([self._before, records[: kept * self._stride]])
                self._before = np.empty(0, np.uint8)
            return records.view(self._record)["event"]

    def __repr__(self) -> str:
        ends = "; closed"
        if not self.closed:
            ends = ""
            with contextlib.suppress(LabError):  # it may be closed meanwhile
                ends = f", {self.waiting:,} waiting"
        return f"<Ring: {self.size:,} bytes, records of {described(self.dtype)}{ends}>"

    @property
    def closed(self) -> bool:
        """Whether this process cannot read it any more."""
        return self._closed or self._owner[0] != os.getpid()

    @property
    def unread(self) -> int:
        """Bytes between the consumer's position and the producer's."""
        with self._lock:
            if self.closed:
                what = "This ring buffer is closed, or belongs to the parent process."
                raise LabError("closed", what)
            produced: int = self._load(self._produced, ACQUIRE)
            return produced - self._position

    @property
    def waiting(self) -> int:
        """Records between the two positions, those that are not submitted yet among them."""
        return -(-self.unread // self._stride)

    def _copy(self, count: int, to: npt.NDArray[np.uint8], first: bool) -> tuple[int, int]:
        """Copy the next *count* records, up to one that is not submitted.

        Returns:
            how many were read, and how many of them were kept, which are now in *to*.
        """
        at = mmap.PAGESIZE + self._position % self.size
        # Each header once, into a copy: a second look may see other bits. No name holds a view of
        # the mapping, since a traceback would keep it.
        headers = np.ndarray(count, "u4", self._data, at, (self._stride,)).copy()
        self._fence(ACQUIRE)
        kept: slice | npt.NDArray[np.bool_] = slice(None)
        if np.count_nonzero(headers == self.dtype.itemsize) < count:
            busy = np.flatnonzero(headers & BUSY)
            headers = headers[: busy[0]] if len(busy) else headers
            wrong = np.flatnonzero(headers & LENGTH != self.dtype.itemsize)
            if len(wrong):
                if first and not wrong[0]:  # what stands before it comes first
                    self._refuse(int(headers[0] & LENGTH))
                headers = headers[: wrong[0]]
            kept = (headers & DISCARDED) == 0
        done = len(headers)
        left = done if isinstance(kept, slice) else int(np.count_nonzero(kept))
        rows = (done, self._stride)
        to[: left * self._stride] = np.ndarray(rows, np.uint8, self._data, at)[kept].reshape(-1)
        return done, left

    def _refuse(self, found: int) -> None:
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


def taken(length: int) -> int:
    """Return the bytes that a record of *length* takes: with its header, a multiple of 8.

    >>> taken(4)
    16
    """
    return -(-(HEADER + length) // 8) * 8


def _address(view: npt.NDArray[Any]) -> int:
    return int(view.ctypes.data)


def atomics() -> tuple[Any, Any, Any]:
    """Return load, store and fence: one aligned access of 8 bytes, ordered as the ring asks.

    On x86-64 plain moves would do; aarch64 needs the acquire and the release. The calls keep the
    interpreter's lock: to get it back from a busy thread takes 5 ms.
    """
    try:
        library = ctypes.PyDLL("libatomic.so.1")
    except OSError as reason:  # there is none, or no memory for it; dlopen(3) gives words alone
        if any(os.strerror(number) in str(reason) for number in NO_DESCRIPTOR):
            raise no_descriptor("to read a ring buffer") from None
        raise LabError(
            "no-libatomic",
            "libatomic.so.1 cannot be loaded.",
            why=f"{reason}.",
            fix="Where it is missing: sudo apt-get install libatomic1",
        ) from None
    load, store, fence = (
        library[name] for name in ("__atomic_load_8", "__atomic_store_8", "atomic_thread_fence")
    )
    load.argtypes, load.restype = [ctypes.c_void_p, ctypes.c_int], ctypes.c_uint64
    store.argtypes, store.restype = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int], None
    fence.argtypes, fence.restype = [ctypes.c_int], None
    return load, store, fence
