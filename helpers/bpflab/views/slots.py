"""How many values there are in each power of two: a histogram, with exact bounds in its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from bpflab.errors import LabError
from bpflab.views.barred import Count, Row, barred, counted, summed
from bpflab.views.chart import label
from bpflab.views.view import View

_LAST = 63  # slot of the largest u64
_TIMES = ("ns", "µs", "ms", "s")
_SIZES = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_PERCENTS = (50, 90, 99)
_TO = "\u2013"  # a dash, as between any two bounds


def histogram(
    slots: pd.Series[Any] | Mapping[int, float],
    caption: str,
    *,
    unit: str,
    limit: int | None = None,
) -> View:
    """Return how many values there are in each power of two, as horizontal bars.

    *slots* has the counts by slot: slot k counts the values from 2^k to 2^(k+1) - 1, and slot 0
    the value 0 as well. BCC's ``bpf_log2(v)``, of 32 bits, is k; its ``bpf_log2l(v)``, of 64, is
    k + 1 (1 for 0 and for 1; ``src/cc/export/helpers.h``): count in slot ``bpf_log2l(v) - 1``.

    Empty slots between the first and the last are shown as empty. With *limit* only so many slots
    are shown, and a line says how many values are in those above. Times and sizes are rounded in
    the drawing ("1.0-2.1 ms"); the text has exact bounds. A percentile is given as
    the slot that contains it.

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
    all_of = range(min(there), max(there) + 1) if there else range(0)
    shown, above = all_of[:limit], all_of[len(all_of[:limit]) :]
    percentiles = _percentiles(counts)
    rows = [
        Row(_exact(k), _rounded(k, unit), counts.get(k, 0), _remark(percentiles, k)) for k in shown
    ]
    notes = []
    if above:
        more = f"{len(above)} more slot{'s' * (len(above) > 1)}"
        notes.append(f"… {more}, count: {summed(counts.get(k) for k in above)}")
    last = "; ".join(f"p{at} in {_exact(k)} {label(unit)}" for at, k in percentiles.items())
    over = label(unit) if _ladder(unit)[1] == 1 else "range"
    return barred(caption, (label(unit), "count"), rows, notes, last=last, over=over)


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
    for key, count in zip(slots.index.tolist(), counted(slots), strict=True):
        slot = _slot(key)
        there = counts.get(slot, 0)
        counts[slot] = None if count is None or there is None else there + count
    return dict(sorted(counts.items()))


def _slot(key: Any) -> int:
    if isinstance(key, int | float) and key in range(_LAST + 1):
        return int(key)
    raise LabError(
        "no-slot",
        f"A histogram has no slot {label(repr(key))}.",
        why=f"Slot k counts the values from 2^k to 2^(k+1) - 1, so k is 0, 1, 2 ... {_LAST}.",
        fix="Where bpf_log2l(v) was the slot, subtract 1: it is k + 1.",
    )


def _percentiles(counts: Mapping[int, Count]) -> dict[int, int]:
    """Return the slot of each percentile; none where a count is missing or below 0."""
    known = [(slot, count) for slot, count in counts.items() if count is not None and count >= 0]
    total = sum(count for _, count in known)
    if len(known) < len(counts) or not total:
        return {}
    found: dict[int, int] = {}
    below = 0.0
    for slot, count in known:
        below += count
        for percent in _PERCENTS:
            if below * 100 >= percent * total:
                found.setdefault(percent, slot)
    return found


def _remark(percentiles: Mapping[int, int], slot: int) -> str:
    return " ".join(f"p{percent}" for percent, at in percentiles.items() if at == slot)


def _bounds(slot: int) -> tuple[int, int]:
    return (1 << slot if slot else 0), (2 << slot) - 1


def _exact(slot: int) -> str:
    low, high = _bounds(slot)
    return f"{low:,}{_TO}{high:,}"


def _rounded(slot: int, unit: str) -> str:
    """Return the bounds as people say them, in the largest unit that the lower one has."""
    units, step = _ladder(unit)
    low, high = _bounds(slot)
    power = 0
    while power + 1 < len(units) and low >= step ** (power + 1):
        power += 1
    if not power:
        return f"{_exact(slot)} {units[0]}".rstrip()
    least, most = (_short(bound / step**power) for bound in (low, high + 1))
    return f"{least}{_TO}{most} {units[power]}"


def _ladder(unit: str) -> tuple[Sequence[str], int]:
    """Return the units from *unit* up, and how much larger the next one is each time."""
    for units, step in ((_TIMES, 1000), (_SIZES, 1024)):
        name = {"us": "µs", "B": "bytes"}.get(unit, unit)
        if name in units:
            return units[units.index(name) :], step
    return [""], 1


def _short(bound: float) -> str:
    return f"{bound:,.0f}" if bound >= 9.95 or bound.is_integer() else f"{bound:.1f}"
