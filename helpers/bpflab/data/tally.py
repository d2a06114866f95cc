"""What happens over time and by kind: every event counted as it is read, and counters as rates."""

from __future__ import annotations

import threading
import time
import weakref
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from bpflab.arguments import checked
from bpflab.data.decode import text_of
from bpflab.data.events import EventLog
from bpflab.data.pump import pump
from bpflab.errors import LabError

_LEAST_S = 0.1  # between two samples: over less the rate of a few events is mostly noise
_POWERS = np.uint64(1) << np.arange(64, dtype="u8")


class Tally:
    """Count all events of a log by one field, including events that the log has discarded.

    With *log2* a value counts in the slot of its highest bit: slot k counts 2^k to 2^(k+1) - 1, and
    slot 0 counts 0 as well. The ring is read in the background while the counts are asked for.

    Raises:
        LabError: ``no-field`` where the events have no such field, ``not-a-number`` for *log2* of
            one that is no number.

    >>> names = Tally(execs.events, "comm")
    >>> names.counts()
    comm
    bash    12
    make     3
    Name: events, dtype: int64
    """

    @checked
    def __init__(self, log: EventLog, field: str, *, log2: bool = False) -> None:
        fields = log.dtype.names or ()
        if field not in fields:
            there = ", ".join(fields)
            raise LabError("no-field", f"These events have no field {field!r}.", fix=there)
        if log2 and log.dtype[field].kind not in "iu":
            raise LabError("not-a-number", f"The field {field!r} is no whole number.")
        self.field = field
        self._log, self._log2 = log, log2
        self._counts: Counter[Any] = Counter()
        self._lock = threading.Lock()
        take = weakref.WeakMethod(self._take)  # the log outlives a cell that runs again

        def counted(batch: npt.NDArray[Any]) -> None:
            if (counting := take()) is not None:
                counting(batch)

        log.tap(counted)

    def counts(self, largest: int | None = None) -> pd.Series[int]:
        """Return how many events each value has, the most frequent first; slots in their order.

        With *largest* only so many values, and the rest added up as ``(n others)``.
        """
        if not self._log.closed:
            pump.keep(self._log)
        self._log.drain()
        with self._lock:
            found = dict(self._counts)
        if self._log2:
            return _series(self.field, sorted(found.items()))
        named = [(self._shown(value), count) for value, count in found.items()]
        named.sort(key=lambda pair: (-pair[1], str(pair[0])))
        if largest is not None and len(named) > largest:
            rest = named[largest:]
            named = [*named[:largest], (f"({len(rest)} others)", sum(n for _, n in rest))]
        return _series(self.field, named)

    def _take(self, batch: npt.NDArray[Any]) -> None:
        values = batch[self.field]
        if self._log2:
            slots = np.searchsorted(_POWERS, np.maximum(values, 0).astype("u8"), side="right") - 1
            values = np.maximum(slots, 0)
        kinds, counts = np.unique(values, return_counts=True)
        with self._lock:
            for kind, count in zip(kinds.tolist(), counts.tolist(), strict=True):
                self._counts[kind] += count

    def _shown(self, value: Any) -> Any:
        return text_of(value) if isinstance(value, bytes) else value


class Rates:
    """Counters that only grow, as so many a second over the last while.

    *read* returns the counters by name. Each call of `frame` reads them once more, so a view that
    is drawn again and again draws its own history.

    >>> speed = Rates(lambda: {"events": execs.maps["seen"].total()})
    """

    @checked
    def __init__(self, read: Callable[[], Mapping[str, float]], seconds: float = 60.0) -> None:
        self._read, self._seconds = read, seconds
        self._samples: deque[tuple[float, dict[str, float]]] = deque(maxlen=1024)
        self._began = time.monotonic()
        self.frame()

    def frame(self) -> pd.DataFrame:
        """Return events a second: a column a counter, a row a sample, seconds as index."""
        now = time.monotonic()
        if not self._samples or now - self._samples[-1][0] > _LEAST_S:
            self._samples.append((now, dict(self._read())))
        while self._samples[0][0] < now - self._seconds:
            self._samples.popleft()
        times = np.array([at for at, _ in self._samples])
        counts = pd.DataFrame([sample for _, sample in self._samples])
        speed = counts.diff().div(pd.Series(times).diff(), axis=0).iloc[1:]
        return speed.set_index(pd.Index((times - self._began)[1:].round(1), name="seconds"))


def _series(field: str, pairs: list[tuple[Any, int]]) -> pd.Series[int]:
    index = pd.Index([key for key, _ in pairs], name=field)
    return pd.Series([count for _, count in pairs], index=index, name="events", dtype="int64")
