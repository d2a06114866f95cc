"""How many values there are in each power of two: a histogram, with exact bounds in its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from bpflab.errors import LabError
from bpflab.views.bars import Count, Row, as_counts, barred
from bpflab.views.svg import label
from bpflab.views.view import View

_LAST = 63  # slot of the largest u64
_LADDERS = {  # how much larger each unit is than the one before, and the units
    "ns": (1000, ("ns", "µs", "ms", "s")),
    "us": (1000, ("µs", "ms", "s")),
    "bytes": (1024, ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")),
}
_PERCENTS = (50, 90, 99)
_TO = "\u2013"  # a dash, as between any two bounds


def histogram(slots: pd.Series[Any] | Mapping[int, float], caption: str, *, unit: str) -> View:
    """Return how many values there are in each power of two, as horizontal bars.

    *slots* has the counts by slot: slot k counts the values from 2^k to 2^(k+1) - 1, and slot 0
    the value 0 as well. BCC's ``bpf_log2(v)``, of 32 bits, is k; its ``bpf_log2l(v)``, of 64, is
    k + 1 (1 for 0 and for 1; ``src/cc/export/helpers.h``): count in slot ``bpf_log2l(v) - 1``.

    Empty slots between the first and the last are shown as empty. Where *unit* is ns, us or bytes
    the drawing has rounded bounds ("1.0-2.1 ms"); the text has exact ones. A percentile is given
    as the slot that contains it.

    Raises:
        LabError: ``no-slot`` for an index that is no whole number from 0 to 63; ``no-slots`` for
            values that nobody has counted, as a column of a table.

    >>> print(histogram({9: 3, 10: 8, 12: 1}, "Latency", unit="ns"))
    Latency
    ns           count
    -----------  -----  ------------------------
    512–1,023        3  █████████
    1,024–2,047      8  ████████████████████████
    2,048–4,095      0
    4,096–8,191      1  ███
    p50 in 1,024–2,047 ns; p90 in 1,024–2,047 ns; p99 in 4,096–8,191 ns
    """  # noqa: RUF002 - a dash between bounds
    counts = _by_slot(_counted(slots))
    there = [slot for slot, count in counts.items() if count != 0]
    percentiles = _percentiles(counts)
    rows = [
        Row(
            _exact(slot),
            _rounded(slot, unit),
            counts.get(slot, 0),
            " ".join(f"p{percent}" for percent, at in percentiles.items() if at == slot),
        )
        for slot in (range(min(there), max(there) + 1) if there else ())
    ]
    heads = label(unit), "range" if unit in _LADDERS else label(unit), "count"
    last = "; ".join(f"p{at} in {_exact(slot)} {heads[0]}" for at, slot in percentiles.items())
    return barred(caption, heads, rows, last=[last] if last else [])


def _counted(slots: Any) -> pd.Series[Any]:
    """Return *slots* as a Series, unless they are values: these have no index but their places."""
    if isinstance(slots, Mapping):
        return pd.Series(slots, dtype=object)
    series = slots if isinstance(slots, pd.Series) else pd.Series(slots, dtype=object)
    places = isinstance(series.index, pd.RangeIndex) and series.index.name is None
    if places and len(series) and series.name != "count":  # as value_counts calls its result
        raise LabError(
            "no-slots",
            f"A histogram takes counts by slot, and this is a list of {len(series)} values.",
            why="Its index has the slots: slot k counts the values from 2^k to 2^(k+1) - 1.",
            fix="Count values first: values.map(lambda v: max(int(v).bit_length() - 1, 0))"
            ".value_counts(). If they are counts: counts.rename_axis('slot').",
        )
    return series


def _by_slot(slots: pd.Series[Any]) -> dict[int, Count]:
    counts: dict[int, Count] = {}
    for slot, count in zip(slots.index.tolist(), as_counts(slots), strict=True):
        if not isinstance(slot, int | float) or slot not in range(_LAST + 1):
            raise LabError(
                "no-slot",
                f"A histogram has no slot {label(repr(slot))}.",
                why=f"Slot k counts the values from 2^k to 2^(k+1) - 1, so k is 0, 1 ... {_LAST}.",
                fix="Where bpf_log2l(v) was the slot, subtract 1: it is k + 1.",
            )
        before = counts.get(int(slot), 0)
        counts[int(slot)] = None if count is None or before is None else before + count
    return dict(sorted(counts.items()))


def _percentiles(counts: Mapping[int, Count]) -> dict[int, int]:
    """Return the slot of each percentile; none where a count is missing or below 0."""
    known = [count for count in counts.values() if count is not None and count >= 0]
    total = sum(known)
    if len(known) < len(counts) or not total:
        return {}
    parts = np.cumsum(known) * 100
    slots = list(counts)
    return {percent: slots[np.searchsorted(parts, percent * total)] for percent in _PERCENTS}


def _exact(slot: int) -> str:
    low, high = 1 << slot if slot else 0, (2 << slot) - 1
    return f"{low:,}{_TO}{high:,}"


def _rounded(slot: int, unit: str) -> str:
    """Return the bounds as people say them, in the largest unit that the lower one has."""
    step, units = _LADDERS.get(unit, (1, ("",)))
    low, power = float(1 << slot), 0
    while power + 1 < len(units) and low >= step:
        low, power = low / step, power + 1
    if not power:
        return f"{_exact(slot)} {units[0]}".rstrip()
    ends = (
        f"{end:,.0f}" if end >= 9.95 or end % 1 == 0 else f"{end:.1f}" for end in (low, 2 * low)
    )
    return f"{_TO.join(ends)} {units[power]}"
