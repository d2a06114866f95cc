"""A bounded log of events: filled from a ring, read as a DataFrame, with its accounting."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.arguments import checked
from bpflab.data import accounting
from bpflab.data.decode import decode
from bpflab.data.layout import described
from bpflab.data.maps import Map
from bpflab.data.newest import Newest, choose
from bpflab.data.only import Only, process_ids
from bpflab.data.why_none import Places, no_events, none_of
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.views.table import WHY

_MOST_BATCHES = 64  # a producer that never stops must not keep a reader for ever


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
        self.pressed = False
        self._ring = ring
        self._counters = accounting.Counters(maps, missed)
        self._places, self._one_of = places, one_of  # the ring's name where there are others
        self._waiting = 0  # records in the ring when it was closed
        self._kept = Newest(ring.dtype, capacity)
        self._lock = threading.RLock()  # a live view reads beside the reader's own cells

    def __repr__(self) -> str:
        count, ends = len(self._kept), "; closed"
        if not self.closed:
            ends = ""
            with contextlib.suppress(LabError):  # it may be closed meanwhile
                ends = f"; {waiting:,} in the ring" if (waiting := self._ring.waiting) else ""
        return f"<EventLog: {count:,} event{'s' * (count != 1)} of {described(self.dtype)}{ends}>"

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)

    @property
    def forgotten(self) -> int:
        """Events that were read, and given up since, because the log is bounded."""
        return self._kept.forgotten

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
            self._kept.add(batch)
        return len(batch)

    def drain(self) -> None:
        """Take all that the ring holds: batch after batch until none comes, within bounds.

        >>> program.events.drain()
        """
        for _ in range(_MOST_BATCHES):
            if not self.pump():
                return

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
            if not len(self._kept):
                return no_events(self._counters.read(), self._places, self._one_of)
            if only is None:
                return ""
            return none_of(len(self._kept), len(process_ids(only)), self._counters.read())

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
        shown = self._kept.count(self._pids(only))
        return {
            "shown": shown,
            "others": len(self._kept) - shown,
            "discarded": self._ring.discarded,
            "waiting": self._waiting if self._ring.closed else self._ring.waiting,
            "forgotten": self.forgotten,
        }

    def _choose(self, only: Only | None, newest: int | None) -> tuple[npt.NDArray[Any], Any]:
        """Return the events that are asked for, and the offset to UTC of each."""
        with self._lock:
            self.drain()
            chunks = self._kept.chunks()
        return choose(chunks, self._pids(only), newest)

    def _pids(self, only: Only | None) -> npt.NDArray[Any] | None:
        if only is not None and "pid" not in (self.dtype.names or ()):
            raise LabError("no-pid", "These events carry no field `pid` to tell whose they are.")
        return None if only is None else process_ids(only)
