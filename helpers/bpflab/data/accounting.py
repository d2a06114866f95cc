"""Where the events of a program went: each number is measured on its own, none is a remainder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from bpflab.errors import LabError

_PARTS = ("shown", "filtered", "discarded", "others", "dropped", "waiting", "forgotten")
_COUNTERS = ("seen", "dropped", "filtered")  # maps of one number, by the names that lessons use
_READINGS, _PAUSE_S = 3, 0.001  # an event may be between its two counts, for microseconds


class Counter(Protocol):
    """A map that a program counts in."""

    type: str

    @property
    def counts(self) -> bool:
        """Whether it is an array of whole numbers."""

    def total(self, key: int = 0) -> int:
        """Return the number, summed over CPUs."""


class Counters:
    """What a program counts in its maps, and what the kernel counts of it.

    After `settle` the numbers are those of that moment, and the maps may go.
    """

    def __init__(self, maps: Mapping[str, Counter], missed: Callable[[], int]) -> None:
        self._maps, self._missed = maps, missed
        self._settled: dict[str, int] = {}

    def settle(self) -> None:
        """Read each counter for the last time."""
        self._settled = {name: self.read(name) for name in _COUNTERS if self._has(name)}
        self._settled["missed"] = self._missed()

    def read(self, name: str) -> int:
        """Return the number in map *name*.

        Raises:
            LabError: ``no-count`` where the program has no array of whole numbers of that name.
        """
        if name in self._settled:
            return self._settled[name]
        if not self._has(name):
            there = f" The map {name} is a {self._maps[name].type}." if name in self._maps else ""
            raise LabError(
                "no-count",
                f"The program does not count in an array {name!r}.{there}",
                why="A ring buffer tells user space nothing of a drop; only the program can count.",
                fix=f"BPF_ARRAY({name}, u64, 1); and {name}.atomic_increment(0);",
            )
        return self._maps[name].total()

    @property
    def filtered(self) -> int:
        """What the program left out, if it counts that."""
        has = "filtered" in self._settled or self._has("filtered")
        return self.read("filtered") if has else 0

    @property
    def missed(self) -> int:
        """How many runs of the program the kernel skipped."""
        return self._settled["missed"] if self._settled else self._missed()

    def _has(self, name: str) -> bool:
        return name in self._maps and self._maps[name].counts


def ledger(counters: Counters, read: Callable[[], Mapping[str, int]]) -> dict[str, int]:
    """Return where every event went; *read* empties the ring and counts what user space knows.

    ``produced`` is the program's own count. It is read before all the rest and once more behind it:
    a program that is attached goes on counting, and every number in between was its count at some
    moment. What the parts add up to outside of these two is ``unaccounted``. It is then measured
    again, since an event that is under way may be in ``seen`` and not yet anywhere else.
    """
    for attempt in range(_READINGS):
        if attempt:
            time.sleep(_PAUSE_S)
        before = counters.read("seen")
        parts = {**read(), "filtered": counters.filtered, "dropped": counters.read("dropped")}
        missed, after = counters.missed, counters.read("seen")
        found = sum(parts[name] for name in _PARTS)
        produced = min(max(found, before), after)
        if produced == found:
            break
    ordered = {name: parts[name] for name in _PARTS}
    return {
        "produced": produced,
        **ordered,
        "unaccounted": produced - found,
        "missed": missed,
    }
