"""A bounded log of events: filled from a ring, read as a DataFrame, with its books in order."""

from __future__ import annotations

import errno
import time
from collections import deque
from collections.abc import Container, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.text import safe_text

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
        # bpf_ktime_get_ns is CLOCK_MONOTONIC; one offset for the whole log keeps order and spacing.
        self._utc_offset_ns = time.time_ns() - time.clock_gettime_ns(time.CLOCK_MONOTONIC)

    def __len__(self) -> int:
        return sum(map(len, self._chunks))

    def pump(self) -> int:
        """Take what the ring holds at this moment; return how many events came."""
        if self._ring.closed:
            return 0
        with held_back():
            batch = self._ring.read()
            if len(batch):
                self._chunks.append(batch)
            excess = len(self) - self._capacity
            while excess > 0:
                oldest = self._chunks.popleft()
                if len(oldest) > excess:
                    self._chunks.appendleft(oldest[excess:])
                gone = min(len(oldest), excess)
                self.forgotten += gone
                excess -= gone
        return len(batch)

    def drain(self) -> None:
        """Take all that the ring holds: batch after batch until none comes, within bounds."""
        for _ in range(_MOST_BATCHES):
            if not self.pump():
                return

    def records(self, only: Pids | None = None) -> npt.NDArray[Any]:
        """Return the events as one structured array, or only those of *only*'s processes."""
        self.drain()
        held = np.concatenate(self._chunks) if self._chunks else np.empty(0, self.dtype)
        return held if only is None else held[self._of(held, only)]

    def frame(self, only: Pids | None = None) -> pd.DataFrame:
        """Return the events as a DataFrame, a row each, in the order they came.

        ``ktime_ns`` becomes ``time`` (UTC). A ``char[]`` field X is text without hidden characters;
        where the struct has ``X_len``, ``X_status`` says ``whole``, ``cut`` or ``unreadable``, and
        ``X_bytes`` keeps the bytes as they were. Other fields stay numbers.
        """
        events = self.records(only)
        names = events.dtype.names or ()
        columns: dict[str, Any] = {}
        for name in names:
            if name == "ktime_ns":
                utc = events[name].astype("i8") + self._utc_offset_ns
                columns["time"] = pd.to_datetime(utc, unit="ns", utc=True)
            elif events.dtype[name].kind != "S":
                columns[name] = list(events[name]) if events[name].ndim > 1 else events[name]
            elif f"{name}_len" in names:
                columns |= _string(name, events[name], events[f"{name}_len"])
            else:
                columns[name] = [_text(raw) for raw in events[name].tolist()]
        return pd.DataFrame(columns)

    def settle(self) -> None:
        """Take the last events and counts, before the program and its maps go."""
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
        shown = len(self.records(only))
        read, discarded = self._ring.read_count, self._ring.discarded
        produced, dropped = self._count("seen"), self._count("dropped")
        kept_back = self._count("filtered") if "filtered" in self._maps else 0
        return {
            "produced": produced,
            "shown": shown,
            "filtered": kept_back + discarded + read - self.forgotten - shown,
            "dropped": dropped,
            "waiting": produced - kept_back - discarded - dropped - read,
            "forgotten": self.forgotten,
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


def _string(name: str, raw: npt.NDArray[Any], lengths: npt.NDArray[Any]) -> dict[str, Any]:
    room = raw.dtype.itemsize
    texts, kept, states = [], [], []
    lengths = lengths.view(f"i{lengths.itemsize}")  # an errno is below zero, whatever C says
    for value, length in zip(raw.tolist(), lengths.tolist(), strict=True):
        if length < 0:
            code = errno.errorcode.get(-length, str(length))
            texts.append(f"(unreadable: {code})")
            kept.append(b"")
            states.append("unreadable")
        else:
            read = value.ljust(room, b"\0")[: max(min(length, room) - 1, 0)]
            texts.append(safe_text(read))
            kept.append(read)
            states.append("cut" if length > room else "whole")
    return {name: texts, f"{name}_len": lengths, f"{name}_status": states, f"{name}_bytes": kept}


def _text(raw: bytes) -> str:
    return safe_text(raw.split(b"\0", 1)[0])
