"""A bounded log of events: filled from a ring, read as a DataFrame, with its books in order."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.data.decode import decode
from bpflab.errors import LabError
from bpflab.interrupts import held_back

_MEMORY = 64 << 20  # bytes of records that a log keeps
_MOST_BATCHES = 64  # a producer that never stops must not keep a reader for ever
_COUNTS = ("seen", "dropped", "filtered")  # maps of one number, by the names that lessons use


class _Reader(Protocol):
    """What a log needs of a ring."""

    dtype: np.dtype[Any]
    read_count: int
    discarded: int

    @property
    def closed(self) -> bool: ...

    def read(self) -> npt.NDArray[Any]: ...


class _Counter(Protocol):
    """What a log needs of a map."""

    def total(self, key: Any = 0) -> int: ...


class Pids(Container[int], Protocol):
    """Whose events to show: a ``workload.Run``, or anything with ``pids``."""

    @property
    def pids(self) -> Iterable[int]:
        """The process ids."""


class EventLog:
    """The newest events of one ring, oldest first.

    Attributes:
        dtype: the event's dtype, from the program's own C struct.
        forgotten: events read and given up since, because the log is bounded.
    """

    def __init__(
        self, ring: _Reader, maps: Mapping[str, _Counter], capacity: int | None = None
    ) -> None:
        self.dtype = ring.dtype
        self.forgotten = 0
        self._ring = ring
        self._maps = maps
        self._settled: dict[str, int] = {}
        self._capacity = capacity or max(_MEMORY // ring.dtype.itemsize, 1)
        self._chunks: deque[npt.NDArray[Any]] = deque()
        self._taps: list[Callable[[npt.NDArray[Any]], object]] = []
        self._lock = threading.RLock()  # a live view reads beside the reader's own cells
        # bpf_ktime_get_ns is CLOCK_MONOTONIC; one offset for the whole log keeps order and spacing.
        self._utc_offset_ns = time.time_ns() - time.clock_gettime_ns(time.CLOCK_MONOTONIC)

    def __len__(self) -> int:
        with self._lock:
            return sum(map(len, self._chunks))

    @property
    def closed(self) -> bool:
        """Whether no more events can come."""
        return self._ring.closed

    def pump(self) -> int:
        """Take what the ring holds at this moment; return how many events came."""
        if self._ring.closed:
            return 0
        with held_back(), self._lock:
            batch = self._ring.read() if not self._ring.closed else []
            if not len(batch):
                return 0
            self._chunks.append(batch)
            excess = len(self) - self._capacity
            while excess > 0:
                oldest = self._chunks.popleft()
                if len(oldest) > excess:
                    self._chunks.appendleft(oldest[excess:])
                gone = min(len(oldest), excess)
                self.forgotten += gone
                excess -= gone
            for take in self._taps:
                take(batch)
        return len(batch)

    def drain(self) -> None:
        """Take all that the ring holds: batch after batch until none comes, within bounds."""
        for _ in range(_MOST_BATCHES):
            if not self.pump():
                return

    def tap(self, take: Callable[[npt.NDArray[Any]], object]) -> None:
        """Hand *take* all events that are kept now, and then each batch as it is read.

        It runs in the thread that reads, and sees every event exactly once.
        """
        with self._lock:
            self.drain()
            for chunk in self._chunks:
                take(chunk)
            self._taps.append(take)

    def records(self, only: Pids | None = None, newest: int | None = None) -> npt.NDArray[Any]:
        """Return the events as one structured array, or only those of *only*'s processes.

        With *newest* only so many, the last ones.
        """
        with self._lock:
            self.drain()
            chunks = list(self._chunks)
        if only is None and newest is not None:
            chunks = _last(chunks, newest)
        held = np.concatenate(chunks) if chunks else np.empty(0, self.dtype)
        mine = held if only is None else held[self._of(held, only)]
        return mine if newest is None else mine[max(len(mine) - newest, 0) :]

    def frame(self, only: Pids | None = None, newest: int | None = None) -> pd.DataFrame:
        """Return the events as a DataFrame, a row each, in the order they came, as ``decode`` does.

        With *newest* only so many, the last ones.
        """
        return decode(self.records(only, newest), self._utc_offset_ns)

    def settle(self) -> None:
        """Take the last events and counts, before the program and its maps go."""
        with self._lock:
            self.drain()
            self._settled = {n: self._maps[n].total() for n in _COUNTS if n in self._maps}

    def ledger(self, only: Pids | None = None) -> dict[str, int]:
        """Return where every event went; the other numbers add up to ``produced``.

        The program counts in its maps ``seen`` (``produced``), ``dropped`` (found the ring full)
        and, if it has one, ``filtered``; to the last come what it discarded and
        what is not *only*'s.
        ``waiting`` is in the ring, ``forgotten`` was read and is no longer kept. While the program
        is attached the counts move between two readings; after that they are exact.

        Raises:
            LabError: ``no-count`` where the program has no map ``seen`` or ``dropped``.
        """
        with self._lock:
            self.drain()
            shown = len(self) if only is None else len(self.records(only))
            read, discarded = self._ring.read_count, self._ring.discarded
            produced, dropped = self._count("seen"), self._count("dropped")
            kept_back = self._count("filtered") if "filtered" in self._maps else 0
            forgotten = self.forgotten
        return {
            "produced": produced,
            "shown": shown,
            "filtered": kept_back + discarded + read - forgotten - shown,
            "dropped": dropped,
            "waiting": produced - kept_back - discarded - dropped - read,
            "forgotten": forgotten,
        }

    def _count(self, name: str) -> int:
        if name in self._settled:
            return self._settled[name]
        if name not in self._maps:
            raise LabError(
                "no-count",
                f"The program has no map {name!r}, so nobody knows.",
                why="A ring buffer tells user space nothing of a drop; only the program can count.",
                fix=f"BPF_ARRAY({name}, u64, 1); and {name}.atomic_increment(0);",
            )
        return self._maps[name].total()

    def _of(self, events: npt.NDArray[Any], only: Pids) -> npt.NDArray[np.bool_]:
        if "pid" not in (events.dtype.names or ()):
            raise LabError("no-pid", "These events carry no field `pid` to tell whose they are.")
        return np.isin(events["pid"], np.fromiter(only.pids, np.int64))


def _last(chunks: list[npt.NDArray[Any]], count: int) -> list[npt.NDArray[Any]]:
    """Return the chunks that hold the last *count* events."""
    kept: list[npt.NDArray[Any]] = []
    while chunks and sum(map(len, kept)) < count:
        kept.insert(0, chunks.pop())
    return kept
