"""The newest records that were read of a ring, in bounded memory, and when each came."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_MEMORY = 64 << 20  # bytes of records that are kept, each with a header of 8 bytes
_SMALL = 4096  # records; shorter batches are joined, or there would be an array for each event
_SUSPENDED_NS = 100_000_000  # CLOCK_MONOTONIC stands still while a machine sleeps

Chunk = tuple[npt.NDArray[Any], int]
"""Records, and the ns from CLOCK_MONOTONIC to UTC at their time."""


class Newest:
    """Records of one dtype, oldest first. Who calls it from two threads holds a lock.

    Attributes:
        forgotten: records that came and were given up since, because memory is bounded.
    """

    def __init__(self, dtype: np.dtype[Any], capacity: int | None) -> None:
        self.forgotten = 0
        self._dtype = dtype
        self._capacity = capacity or max(_MEMORY // (dtype.itemsize + 8), 1)
        self._count = 0  # records in all chunks
        self._chunks: deque[Chunk] = deque()
        self._offset = _utc_offset_ns()

    def __len__(self) -> int:
        return self._count

    def add(self, batch: npt.NDArray[Any]) -> None:
        """Keep these records, and give up the oldest ones if they are too many."""
        now = _utc_offset_ns()
        if abs(now - self._offset) > _SUSPENDED_NS:
            self._offset = now  # else it stays: events keep their order and their spacing
        self._append(batch)
        self._forget(self._count - self._capacity)

    def _append(self, batch: npt.NDArray[Any]) -> None:
        self._count += len(batch)
        while self._chunks:
            last, offset = self._chunks[-1]
            if offset != self._offset or len(batch) > _SMALL or len(last) > 2 * len(batch):
                break  # so each record is moved a dozen times at most
            batch = _joined([last, batch])
            self._chunks.pop()
        self._chunks.append((batch, self._offset))

    def _forget(self, excess: int) -> None:
        while excess > 0:
            oldest, offset = self._chunks.popleft()
            gone = min(len(oldest), excess)
            if gone < len(oldest):
                self._chunks.appendleft((oldest[gone:], offset))
            self.forgotten += gone
            self._count -= gone
            excess -= gone

    def chunks(self) -> list[Chunk]:
        """Return what is kept at this moment, for `choose`; the first chunk is empty."""
        return [(np.empty(0, self._dtype), 0), *self._chunks]

    def count(self, pids: npt.NDArray[Any] | None) -> int:
        """Return how many records have one of these in the field ``pid``; of all without *pids*."""
        if pids is None:
            return self._count
        mine = (np.isin(chunk["pid"], pids) for chunk, _ in self._chunks)
        return sum(int(np.count_nonzero(one)) for one in mine)


def choose(
    chunks: list[Chunk], pids: npt.NDArray[Any] | None, newest: int | None
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the records, and for each the ns to UTC: of *pids* alone, only the *newest* so many.

    It is given a copy, so a reader may go on meanwhile.
    """
    empty, *kept = chunks
    found, left = [empty], sum(len(chunk) for chunk, _ in kept) if newest is None else newest
    while kept and left > 0:
        chunk, offset = kept.pop()
        mine = (chunk if pids is None else chunk[np.isin(chunk["pid"], pids)])[-left:]
        found.append((mine, offset))
        left -= len(mine)
    parts, offsets = zip(*reversed(found), strict=True)
    utc = np.repeat(np.array(offsets, "i8"), [len(part) for part in parts])
    return _joined(parts), utc


def _joined(chunks: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    # As bytes: numpy copies a struct field by field, which takes twice as long.
    dtype = chunks[0].dtype
    return np.concatenate([chunk.view(f"V{dtype.itemsize}") for chunk in chunks]).view(dtype)


def _utc_offset_ns() -> int:
    """Return the ns from CLOCK_MONOTONIC, which bpf_ktime_get_ns reads, to UTC."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
