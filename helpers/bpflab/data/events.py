"""A bounded log of events: filled from a ring, read as a DataFrame, with its accounting."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.arguments import checked
from bpflab.data import accounting
from bpflab.data.decode import decode
from bpflab.data.layout import described
from bpflab.data.maps import Map
from bpflab.data.only import Only, process_ids
from bpflab.data.why_none import Places, no_events, none_of
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.views.table import WHY

_MEMORY = 64 << 20  # bytes of records that a log keeps, each with a header of 8 bytes
_SMALL = 4096  # records; shorter batches are joined, or there would be an array for each event
_MOST_BATCHES = 64  # a producer that never stops must not keep a reader for ever
_SUSPENDED_NS = 100_000_000  # CLOCK_MONOTONIC stands still while a machine sleeps


class _Reader(Protocol):
    """What a log needs of a ring."""

    dtype: np.dtype[Any]
    size: int
    discarded: int

    @property
    def closed(self) -> bool: ...

    @property
    def waiting(self) -> int: ...

    def read(self) -> npt.NDArray[Any]: ...


class EventLog:
    """The newest events of one ring, oldest first.

    Attributes:
        dtype: the event's dtype, from the program's own C struct.
        forgotten: events read and given up since, because the log is bounded.
        pressed: whether the last batch filled a quarter of its ring: the next may not fit.
    """

    def __init__(
        self,
        ring: _Reader,
        maps: Mapping[str, Map],
        capacity: int | None = None,
        *,
        missed: Callable[[], int] = lambda: 0,
        places: Places | None = None,
        one_of: str = "",
    ) -> None:
        self.dtype = ring.dtype
        self.forgotten = 0
        self.pressed = False
        self._ring = ring
        self._counters = accounting.Counters(maps, missed)
        self._places, self._one_of = places, one_of  # the ring's name where there are others
        self._waiting = 0  # records in the ring when it was closed
        self._capacity = capacity or max(_MEMORY // (ring.dtype.itemsize + 8), 1)
        self._count = 0  # records in all chunks
        # Records, and the ns from CLOCK_MONOTONIC to UTC at their time.
        self._chunks: deque[tuple[npt.NDArray[Any], int]] = deque()
        self._lock = threading.RLock()  # a live view reads beside the reader's own cells
        self._offset = _utc_offset_ns()

    def __repr__(self) -> str:
        count, ends = f"{self._count:,} event{'s' * (self._count != 1)}", "; closed"
        if not self.closed:
            ends = ""
            with contextlib.suppress(LabError):  # it may be closed meanwhile
                ends = f"; {waiting:,} in the ring" if (waiting := self._ring.waiting) else ""
        return f"<EventLog: {count} of {described(self.dtype)}{ends}>"

    def __len__(self) -> int:
        with self._lock:
            return self._count

    @property
    def closed(self) -> bool:
        """Whether no more events can come."""
        return self._ring.closed

    def pump(self) -> int:
        """Take what the ring holds at this moment; return how many events came.

        >>> program.events.pump()
        """
        if self._ring.closed:
            return 0
        with held_back(), self._lock:
            batch = self._ring.read() if not self._ring.closed else []
            self.pressed = len(batch) * (self.dtype.itemsize + 8) > self._ring.size // 4
            if not len(batch):
                return 0
            now = _utc_offset_ns()
            if abs(now - self._offset) > _SUSPENDED_NS:
                self._offset = now  # else it stays: events keep their order and their spacing
            self._append(batch)
            self._forget(self._count - self._capacity)
        return len(batch)

    def drain(self) -> None:
        """Take all that the ring holds: batch after batch until none comes, within bounds.

        >>> program.events.drain()
        """
        for _ in range(_MOST_BATCHES):
            if not self.pump():
                return

    def _append(self, batch: npt.NDArray[Any]) -> None:
        self._count += len(batch)
        while self._chunks:
            last, offset = self._chunks[-1]
            if offset != self._offset or len(batch) > _SMALL or len(last) > 2 * len(batch):
                break  # so each record is moved a dozen times at most
            batch = _joined([last, batch], self.dtype)
            self._chunks.pop()
        self._chunks.append((batch, self._offset))

    def _forget(self, excess: int) -> None:
        """Give up the oldest records, if they are too many."""
        while excess > 0:
            oldest, offset = self._chunks.popleft()
            gone = min(len(oldest), excess)
            if gone < len(oldest):
                self._chunks.appendleft((oldest[gone:], offset))
            self.forgotten += gone
            self._count -= gone
            excess -= gone

    @checked
    def records(self, only: Only | None = None, newest: int | None = None) -> npt.NDArray[Any]:
        """Return the events as one structured array, or only those of *only*'s processes.

        *only* is something with ``pids``, as ``run`` returns it, or process ids. With *newest* only
        so many, the last ones.

        >>> program.events.records(newest=10)["pid"]
        """
        return self._choose(only, newest)[0]

    @checked
    def frame(self, only: Only | None = None, newest: int | None = None) -> pd.DataFrame:
        """Return the events as a DataFrame, a row each, in the order they came, as ``decode`` does.

        *only* and *newest* are as for ``records``. Without rows it knows why there are none, and
        `table` shows that.

        >>> program.events.frame(only=mine)
        """
        found = decode(*self._choose(only, newest))
        if found.empty:
            found.attrs[WHY] = self._why_none(only)
        return found

    def _why_none(self, only: Only | None) -> str:
        with self._lock:
            if not self._count:
                return no_events(self._counters.read(), self._places, self._one_of)
            if only is None:
                return ""
            return none_of(self._count, len(process_ids(only)), self._counters.read())

    def settle(self) -> None:
        """Take the last events and counts, before the program and its maps go."""
        with self._lock:
            self.drain()
            self._waiting = self._ring.waiting
            self._counters.settle()

    @checked
    def ledger(self, only: Only | None = None) -> dict[str, int]:
        """Return where every event went, as counts that are each measured on their own.

        - ``produced``: what the program counted in its map ``seen``.
        - ``shown``: what ``frame`` returns; ``others``: what it leaves out with *only*.
        - ``filtered`` and ``dropped``: what the program counted in maps of these names; it drops
          what finds the ring full. ``discarded``: records that it took back.
        - ``waiting``: records in the ring. ``forgotten``: read, and no longer kept.
        - ``unaccounted``: what was produced and is in none of these. It must be 0. Below 0, events
          were sent that ``seen`` does not count.
        - ``missed``: runs that the kernel skipped, as ``info.recursion_misses`` says. The program
          never saw these events, so they are not part of ``produced``.

        Raises:
            LabError: ``no-count`` where the program has no array ``seen`` or ``dropped``.

        >>> program.events.ledger(only=mine)["dropped"]
        """
        with self._lock:  # nobody else reads the ring meanwhile
            return accounting.ledger(self._counters, lambda: self._known(only))

    def _known(self, only: Only | None) -> dict[str, int]:
        self.drain()
        shown, pids = self._count, self._pids(only)
        if pids is not None:
            mine = (np.isin(chunk["pid"], pids) for chunk, _ in self._chunks)
            shown = sum(int(np.count_nonzero(one)) for one in mine)
        return {
            "shown": shown,
            "others": self._count - shown,
            "discarded": self._ring.discarded,
            "waiting": self._waiting if self._ring.closed else self._ring.waiting,
            "forgotten": self.forgotten,
        }

    def _choose(self, only: Only | None, newest: int | None) -> tuple[npt.NDArray[Any], Any]:
        """Return the events that are asked for, and the offset to UTC of each."""
        with self._lock:
            self.drain()
            kept, left = list(self._chunks), self._count if newest is None else newest
        pids, found = self._pids(only), [(np.empty(0, self.dtype), 0)]
        while kept and left > 0:
            chunk, offset = kept.pop()
            mine = (chunk if pids is None else chunk[np.isin(chunk["pid"], pids)])[-left:]
            found.append((mine, offset))
            left -= len(mine)
        chunks, offsets = zip(*reversed(found), strict=True)
        utc = np.repeat(np.array(offsets, "i8"), [len(chunk) for chunk in chunks])
        return _joined(chunks, self.dtype), utc

    def _pids(self, only: Only | None) -> npt.NDArray[Any] | None:
        if only is not None and "pid" not in (self.dtype.names or ()):
            raise LabError("no-pid", "These events carry no field `pid` to tell whose they are.")
        return None if only is None else process_ids(only)


def _joined(chunks: Iterable[npt.NDArray[Any]], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    # As bytes: numpy copies a struct field by field, which takes twice as long.
    return np.concatenate([chunk.view(f"V{dtype.itemsize}") for chunk in chunks]).view(dtype)


def _utc_offset_ns() -> int:
    """Return the ns from CLOCK_MONOTONIC, which bpf_ktime_get_ns reads, to UTC."""
    return time.time_ns() - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
