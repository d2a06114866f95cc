"""How many values there are in each power of two: a histogram, with exact bounds in its text."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.views.bars import Row, barred
from bpflab.views.svg import label
from bpflab.views.view import View

_SLOTS = range(64)  # of a u64
_NS = ("ns", "µs", "ms", "s")
_PERCENTS = (50, 90, 99)
_TO = "\u2013"  # a dash, as between any two bounds


@checked
def histogram(slots: pd.Series[Any], caption: str, *, unit: str) -> View:
    """Return how many values there are in each power of two, as horizontal bars.

    *slots* has the counts by slot: slot k counts the values from 2^k to 2^(k+1) - 1, and slot 0
    the value 0 as well. BCC's ``bpf_log2(v)``, of 32 bits, is k; its ``bpf_log2l(v)``, of 64, is
    k + 1 (1 for 0 and for 1; ``src/cc/export/helpers.h``): count in slot ``bpf_log2l(v) - 1``.

    Empty slots between the first and the last are shown as empty. Where *unit* is ns the drawing
    has rounded bounds ("1.0-2.1 ms"); the text has exact ones. A percentile is given as the slot
    that contains it.

    Raises:
        LabError: ``no-slot`` for an index that is no whole number from 0 to 63.

    >>> print(histogram(pd.Series({9: 3, 10: 8, 12: 1}), "Latency", unit="ns"))
    Latency
    ns           count
    -----------  -----  ------------------------
    512–1,023        3  █████████
    1,024–2,047      8  ████████████████████████
    2,048–4,095      0
    4,096–8,191      1  ███
    p50 in 1,024–2,047 ns; p90 in 1,024–2,047 ns; p99 in 4,096–8,191 ns
    """  # noqa: RUF002 - a dash between bounds
    index = slots.index
    if not index.isin(_SLOTS).all():
        raise LabError(
            "no-slot",
            f"A histogram takes counts by slot, and the index of this begins with {index[0]!r}.",
            why=f"Slot k counts the values from 2^k to 2^(k+1) - 1, so k is 0, 1 ... {_SLOTS[-1]}.",
            fix="Count values first: values.map(lambda v: max(int(v).bit_length() - 1, 0))"
            ".value_counts(). Where bpf_log2l(v) was the slot, subtract 1: it is k + 1.",
        )
    there = slots[slots != 0].groupby(level=0).sum()
    bounds = (there.index.min(), there.index.max() + 1) if len(there) else (0, 0)
    counts = there.reindex(range(*bounds), fill_value=0)
    reached, total = 100 * counts.cumsum(), counts.sum()
    places = {at: bounds[0] + int((reached < at * total).sum()) for at in _PERCENTS if total}
    rows = [
        Row(
            _exact(slot),
            _rounded(slot) if unit == "ns" else _exact(slot),
            count,
            " ".join(f"p{percent}" for percent, at in places.items() if at == slot),
        )
        for slot, count in zip(range(*bounds), counts.tolist(), strict=True)
    ]
    name = label(unit)
    last = "; ".join(f"p{at} in {_exact(slot)} {name}" for at, slot in places.items())
    heads = name, "range" if unit == "ns" else name, "count"
    return barred(caption, heads, rows, last=[last] if last else [])


def _exact(slot: int) -> str:
    low, high = 1 << slot if slot else 0, (2 << slot) - 1
    return f"{low:,}{_TO}{high:,}"


def _rounded(slot: int) -> str:
    """Return the bounds in the largest unit of time that the lower one has."""
    power = min(len(f"{1 << slot:,}".split(",")), len(_NS)) - 1
    if not power:
        return f"{_exact(slot)} ns"
    low = (1 << slot) / 1000**power
    ends = (f"{end:,.0f}" if end >= 9.95 else f"{end:.1f}" for end in (low, 2 * low))
    return f"{_TO.join(ends)} {_NS[power]}"
