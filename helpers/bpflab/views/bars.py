"""Counts as rows of bars: a name, a bar as long as its number, the number; the same as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from bpflab.text import safe_text
from bpflab.views import svg
from bpflab.views.svg import MONO, SANS, SIZE, WIDTH, index_name, label, picture
from bpflab.views.table import MISSING, WHY, table
from bpflab.views.view import View, figure

Count = float | None  # none where it is missing

_ROW, _BAR, _TOP, _GAP = 20, 13, 28, 8  # pixels
_WHOLE = 80  # columns of a name in the text
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_CELLS = 24  # characters of the longest bar of a text


def bars(counts: pd.Series[Any], caption: str, *, unit: str, limit: int = 20) -> View:
    r"""Return *counts* as horizontal bars, each with its name before and its number after it.

    The index has the names; they stand in its order, the first one on top. Beyond *limit* they are
    left out, and a line says how many they are and what they sum to. A missing count has no bar.

    >>> print(bars(pd.Series({"ls": 12, b"a\nb": 4, "ps": 1}), "Calls", unit="calls", limit=2))
    Calls
          calls
    ----  -----  ------------------------
    ls       12  ████████████████████████
    a\nb      4  ████████
    … 1 more name, calls: 1
    """
    names, numbers = counts.index.tolist(), as_counts(counts)
    rows = [
        Row(label(name, _WHOLE), label(name), count)
        for name, count in zip(names[:limit], numbers[:limit], strict=True)
    ]
    head, unit = index_name(counts.index), label(unit)
    why = "" if names else str(counts.attrs.get(WHY) or "")
    rest, notes = numbers[limit:], [safe_text(why)] if why else []
    if rest:
        total = number(sum(count for count in rest if count is not None))
        notes.append(f"… {len(rest)} more name{'s' * (len(rest) > 1)}, {unit}: {total}")
    return barred(caption, (head, head, unit), rows, notes)


class Row(NamedTuple):
    """A bar: its name in the text and in the drawing, its number, a remark."""

    name: str
    drawn: str
    value: Count
    remark: str = ""

    @property
    def end(self) -> str:
        """What stands after the bar."""
        value = MISSING if self.value is None else number(self.value)
        return f"{value} · {self.remark}" if self.remark else value


def barred(
    caption: str,
    heads: tuple[str, str, str],
    rows: Sequence[Row],
    notes: Sequence[str] = (),
    last: Sequence[str] = (),
) -> View:
    """Return the view of *rows* with *notes* below, and *last* below the text only.

    The *heads* are those of the names in the text, of the names in the drawing, of the numbers.
    """
    counts = [row.value for row in rows]
    cells = [[row.name for row in rows], counts, blocks(counts)]
    frame = pd.DataFrame({at: pd.Series(cell, dtype=object) for at, cell in enumerate(cells)})
    frame.columns = pd.Index([heads[0], heads[2], ""])
    ends = [*notes, *last]
    each = [f"{row.name}: {row.end}" for row in rows] or ["no rows"]
    alt = [safe_text(caption), ", ".join(filter(None, (heads[0], heads[2]))), *each, *ends]
    text = "\n".join([table(frame, caption, limit=len(rows)).text, *ends])
    return View(figure(caption, picture(_drawing(heads[1:], rows, notes), "; ".join(alt))), text)


def as_counts(counts: pd.Series[Any]) -> list[Count]:
    """Return counts as numbers; none for what is missing, infinite or no number."""
    known = pd.to_numeric(counts, errors="coerce").tolist()
    return [None if pd.isna(count) or abs(count) == math.inf else count for count in known]


def number(count: float) -> str:
    """Return a number as it is read best: whole ones in groups of three digits.

    >>> number(1234567), number(1234.5), number(12.25), number(0.0625)
    ('1,234,567', '1,234', '12.2', '0.0625')
    """
    if isinstance(count, int) or count.is_integer():
        return f"{int(count):,}"
    size = abs(count)
    return f"{count:,.0f}" if size >= 100 else f"{count:,.1f}" if size >= 1 else f"{count:.3g}"


def blocks(counts: Sequence[Count]) -> list[str]:
    """Return a bar of block characters for each count; none for what is not above 0, or unknown.

    >>> blocks([8, 1, 0, None])
    ['████████████████████████', '███', '', '']
    """
    lengths = [round(length) for length in _lengths(counts, 8 * _CELLS, 1)]
    return ["█" * (length // 8) + _EIGHTHS[length % 8] for length in lengths]


def _lengths(counts: Sequence[Count], longest: float, least: float) -> list[float]:
    """Return how long each bar is; what is above 0 is at least *least*."""
    most = max((count for count in counts if count), default=0)
    return [max(count / most * longest, least) if count and count > 0 else 0 for count in counts]


def _drawing(heads: Sequence[str], rows: Sequence[Row], notes: Sequence[str]) -> str:
    from bpflab.views import charts  # late, since it brings matplotlib

    names, ends = [row.drawn for row in rows], [row.end for row in rows]
    left = max(charts.wide(name, MONO) for name in (heads[0], *names)) + 2 * _GAP
    longest = max(WIDTH - left - max(map(charts.wide, ("", *ends))) - 2 * _GAP, 2)
    tall = max(len(rows), 1)
    height = _TOP + (tall + len(notes)) * _ROW + _GAP
    chart = charts.figure(height)
    place = left / WIDTH, 1 - (_TOP + tall * _ROW) / height, longest / WIDTH, tall * _ROW / height
    axes = chart.add_axes(place, xlim=(0, longest), ylim=(tall - 0.5, -0.5), xticks=[], yticks=[])
    axes.set_axis_off()
    axes.vlines(0, -0.5, tall - 0.5, svg.INK, linewidth=0.8, capstyle="butt")
    lengths = _lengths([row.value for row in rows], longest, 2)
    # Thick lines: patches take longer, and a live chart is drawn several times a second.
    axes.hlines(range(len(rows)), 0, lengths, svg.BLUE, linewidth=_BAR, capstyle="butt")
    for level, name in enumerate([heads[0], *names], -1):
        axes.text(-_GAP, level, name, ha="right", va="center", family=MONO, size=SIZE)
    texts = [heads[1], *(ends or ["no rows"]), *notes]
    starts = [0, *(lengths or [0]), *(0 for _ in notes)]
    for level, (x, text) in enumerate(zip(starts, texts, strict=True), -1):
        axes.text(x + 6, level, text, va="center", family=SANS, size=SIZE)
    return charts.drawn(chart)
