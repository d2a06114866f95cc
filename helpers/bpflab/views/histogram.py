"""How many values there are in each power of two: a histogram, with exact bounds in its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from bpflab.errors import LabError
from bpflab.views.bars import Count, Row, as_counts, barred
from bpflab.views.slots import BELOW, slots_of
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

_OF_A_MAP = (
    'Counts by bpf_log2: frame.set_index("key")["value"]. By bpf_log2l, which is one more: '
    'frame.assign(key=frame["key"] - 1).query("key >= 0").set_index("key")["value"].'
)


def histogram(
    values: pd.Series[Any] | Mapping[Any, Any] | Sequence[Any], caption: str, *, unit: str
) -> View:
    """Return how many values there are in each power of two, as horizontal bars.

    *values* are the values themselves, as a column of a table or a list: they are counted here.
    Or they are counts by slot, as a Series whose index has a name, or a dict: slot k counts the
    values from 2^k to 2^(k+1) - 1, and slot 0 the value 0 as well. BCC's ``bpf_log2(v)``, of 32
    bits, is k; its ``bpf_log2l(v)``, of 64, is k + 1 (1 for 0 and for 1;
    ``src/cc/export/helpers.h``): count in slot ``bpf_log2l(v) - 1``.

    Empty slots between the first and the last are shown as empty, all that is below 0 as one row.
    Missing and infinite values are left out, and counted below. Durations are taken in *unit*.
    Where *unit* is ns, us or bytes the drawing has rounded bounds ("1.0-2.1 ms"); the text has
    exact ones. A percentile is given as the slot that contains it.

    Raises:
        LabError: ``no-slot`` for an index that is no whole number from 0 to 63; ``no-slots`` for
            what is no number, and for a map's column ``value``, which may be either.

    >>> print(histogram([600, 700, 1500], "Latency", unit="ns"))
    Latency
    ns           count
    -----------  -----  ------------------------
    512–1,023        2  ████████████████████████
    1,024–2,047      1  ████████████
    3 values
    p50 in 512–1,023 ns; p90 in 1,024–2,047 ns; p99 in 1,024–2,047 ns
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
    counts, notes = _counts(values, unit)
    there = [slot for slot, count in counts.items() if count != 0]
    each = [slot for slot in there if slot != BELOW]
    shown = [*there[: len(there) - len(each)], *(range(each[0], each[-1] + 1) if each else ())]
    percentiles = _percentiles(counts)
    rows = [
        Row(
            _exact(slot),
            _rounded(slot, unit),
            counts.get(slot, 0),
            " ".join(f"p{percent}" for percent, at in percentiles.items() if at == slot),
        )
        for slot in shown
    ]
    heads = label(unit), "range" if unit in _LADDERS else label(unit), "count"
    last = "; ".join(f"p{at} in {_exact(slot)} {heads[0]}" for at, slot in percentiles.items())
    return barred(caption, heads, rows, notes, [last] if last else [])


def _counts(values: Any, unit: str) -> tuple[dict[int, Count], list[str]]:
    """Return the counts by slot, and what is to say of values that were counted here."""
    if (slots := _slots(values)) is not None:
        return _by_slot(slots), []
    counts, missing = slots_of(values, unit)
    known = sum(counts.values())
    note = f"{known:,} value{'s' * (known != 1)}"
    note += f"; {missing:,} missing or infinite, and left out" if missing else ""
    return dict(counts), [note] if len(values) else []


def _slots(values: Any) -> pd.Series[Any] | None:
    """Return *values* as counts by slot, or None where they are the values themselves.

    A column of a table has a name, and its index has none; one that `value_counts` or `set_index`
    made has a name on its index, or is called count.
    """
    if hasattr(values, "frame"):  # a map: its keys would be taken for values
        raise LabError("no-slots", "A histogram needs a column, and got a map.", fix=_OF_A_MAP)
    if isinstance(values, Mapping):
        return pd.Series(values, dtype=object)
    if isinstance(values, pd.DataFrame):
        fix = f"Name one: frame[{values.columns[0]!r}]." if len(values.columns) else ""
        raise LabError("argument", "A histogram needs one column, and got a table.", fix=fix)
    if not isinstance(values, pd.Series):
        return None
    if values.index.name is not None or values.name == "count":
        return values
    if not isinstance(values.index, pd.RangeIndex) and values.name is None:
        return values  # its index was written by hand
    if values.name == "value" and 0 < len(values) <= _LAST + 1:  # as `Map.frame` calls it
        raise LabError(
            "no-slots",
            "These may be counts by slot, or the values themselves.",
            why="A map's column value holds what the program wrote there.",
            fix=f'{_OF_A_MAP} Values: list(frame["value"]).',
        )
    return None


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
    if slot == BELOW:
        return "below 0"
    low, high = 1 << slot if slot else 0, (2 << slot) - 1
    return f"{low:,}{_TO}{high:,}"


def _rounded(slot: int, unit: str) -> str:
    """Return the bounds as people say them, in the largest unit that the lower one has."""
    if slot == BELOW:
        return "below 0"
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
