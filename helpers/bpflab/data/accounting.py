"""Where the events of a program went: each number is measured on its own, none is a remainder."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from bpflab.bindings.info import recursion_misses
from bpflab.data.maps import Map
from bpflab.errors import LabError

_PARTS = ("shown", "filtered", "discarded", "others", "dropped", "waiting", "forgotten")
_COUNTERS = ("filtered", "dropped", "seen")  # maps of one number, in the order they are read
_READINGS, _PAUSE_S = 3, 0.001  # an event may be between its two counts, for microseconds


class Missed:
    """How often the kernel skipped a run of these functions, of all together, at whatever hook.

    The kernel counts for each program, since it was loaded; one that is only reached by a tail
    call is never skipped. After `settle` the number is that of then, and the descriptors may go.
    """

    def __init__(self, functions: Mapping[str, int]) -> None:
        self._functions = functions
        self._settled: int | None = None
        self._lock = threading.Lock()  # a descriptor that is closed may be another object's at once

    def total(self) -> int:
        """Return how many runs were skipped."""
        with self._lock:
            return self._read() if self._settled is None else self._settled

    def settle(self) -> None:
        """Read the counters for the last time."""
        with self._lock:
            if self._settled is None:
                self._settled = self._read()

    def _read(self) -> int:
        return sum(recursion_misses(fd) for fd in self._functions.values())


class Counters:
    """What a program counts in its maps, and what the kernel counts of it.

    After `settle` the numbers are those of that moment, and the maps may go.
    """

    def __init__(self, maps: Mapping[str, Map], missed: Callable[[], int]) -> None:
        self._maps, self._missed = maps, missed
        self._settled: dict[str, int] | None = None

    def settle(self) -> None:
        """Read each counter for the last time."""
        self._settled = self.read()

    def read(self) -> dict[str, int]:
        """Return each number that the program counts, and ``missed``: runs that were skipped."""
        if self._settled is not None:
            return self._settled
        counting = {name: self._maps[name] for name in _COUNTERS if name in self._maps}
        counts = {name: one.total() for name, one in counting.items() if one.counts}
        return counts | {"missed": self._missed()}

    def require(self, *names: str) -> None:
        """Check that the program counts these.

        Raises:
            LabError: ``no-count`` where it has no array of whole numbers of such a name.
        """
        for name in names:
            if name in self.read():
                continue
            there = f" The map {name} is a {self._maps[name].type}." if name in self._maps else ""
            raise LabError(
                "no-count",
                f"The program does not count in an array {name!r}.{there}",
                why="A ring buffer tells user space nothing of a drop; only the program can count.",
                fix=f"BPF_ARRAY({name}, u64, 1); and {name}.atomic_increment(0);",
            )


def ledger(counters: Counters, read: Callable[[], Mapping[str, int]]) -> dict[str, int]:
    """Return where every event went; *read* empties the ring and counts what user space knows.

    ``produced`` is the program's own count. It is read before all the rest and once more behind it:
    a program that is attached goes on counting, and every number in between was its count at some
    moment. What the parts add up to outside of these two is ``unaccounted``. It is then measured
    again, since an event that is under way may be in ``seen`` and not yet anywhere else.
    """
    counters.require("seen", "dropped")
    for attempt in range(_READINGS):
        if attempt:
            time.sleep(_PAUSE_S)
        before, parts, counts = counters.read()["seen"], read(), counters.read()
        parts = {"filtered": 0, **parts, **counts}
        found = sum(parts[name] for name in _PARTS)
        produced = min(max(found, before), counts["seen"])
        if produced == found:
            break
    ordered = {name: parts[name] for name in _PARTS}
    return {
        "produced": produced,
        **ordered,
        "unaccounted": produced - found,
        "missed": counts["missed"],
    }
