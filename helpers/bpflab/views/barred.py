"""Rows of bars: a name, a bar as long as its number, the number; and the same as a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bpflab.text import safe_text
from bpflab.views.chart import BLUE, MONO, SANS, SIZE, WIDTH, drawn, framed, plain, wide
from bpflab.views.drawing import columns
from bpflab.views.table import MISSING, table
from bpflab.views.view import View

Count = float | None  # none where it is missing

_MONO = 7.3  # pixels of a column: letters of 12, 0.6 wide
_ROW, _BAR, _TOP, _GAP = 20, 13, 28, 8
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
_CELLS = 24  # characters of the longest bar of a text


class Row(NamedTuple):
    """A bar: its name in the text and in the drawing, its number, a remark."""

    name: str
    shown: str
    value: Count
    remark: str = ""


def barred(
    caption: str,
    heads: tuple[str, str],
    rows: Sequence[Row],
    notes: Sequence[str],
    *,
    last: str = "",
    over: str | None = None,
) -> View:
    """Return the view of *rows* under *heads*, with *notes* below.

    *last* ends the text only; *over* heads the names of the drawing, where that is not their head
    in the text.
    """
    counts = [row.value for row in rows]
    cells = [[row.name for row in rows], counts, blocks(counts)]
    frame = pd.DataFrame({at: pd.Series(cell, dtype=object) for at, cell in enumerate(cells)})
    frame.columns = pd.Index([*heads, ""])
    ends = [*notes, *([last] if last else [])]
    said = [f"{row.name}: {_end(row)}" for row in rows]
    aloud = [safe_text(caption), ", ".join(filter(None, heads)), *(said or ["no rows"]), *ends]
    text = "\n".join([table(frame, caption, limit=len(rows)).text, *ends])
    return framed(
        caption,
        _drawing((heads[0] if over is None else over, heads[1]), rows, notes),
        "; ".join(aloud),
        text,
    )


def counted(counts: pd.Series[Any]) -> list[Count]:
    """Return counts as numbers; none for what is missing, infinite or no number."""
    known = pd.to_numeric(counts, errors="coerce").tolist()
    return [None if pd.isna(count) or abs(count) == math.inf else count for count in known]


def summed(counts: Iterable[Count]) -> str:
    """Return what the known ones of *counts* sum to, as it is shown."""
    return number(sum(count for count in counts if count is not None))


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


def _end(row: Row) -> str:
    value = MISSING if row.value is None else number(row.value)
    return f"{value} · {row.remark}" if row.remark else value


def _drawing(heads: tuple[str, str], rows: Sequence[Row], notes: Sequence[str]) -> str:
    ends = [_end(row) for row in rows]
    left = _MONO * max(columns(name) for name in (heads[0], *(row.shown for row in rows)))
    left += 2 * _GAP
    longest = max(WIDTH - left - max(map(wide, ("", *ends))) - 2 * _GAP, 2)
    tall = max(len(rows), 1) * _ROW
    height = _TOP + tall + len(notes) * _ROW + _GAP
    lengths = _lengths([row.value for row in rows], longest, 2)
    levels = [_ROW // 2 + 4 + at * _ROW for at in range(len(rows))]  # of letters

    def fill(figure: Figure) -> None:
        # A unit of these axes is a pixel, from their upper left corner.
        place = (left / WIDTH, 1 - (_TOP + tall) / height, longest / WIDTH, tall / height)
        axes = figure.add_axes(place, xlim=(0, longest), ylim=(tall, 0), xticks=[], yticks=[])
        plain(axes, "left")
        there = [(at, length) for at, length in zip(levels, lengths, strict=True) if length]
        for at, length in there:
            bar = Rectangle((0, at - 4 - _BAR / 2), length, _BAR, color=BLUE, linewidth=0)
            axes.add_artist(bar).set_clip_on(False)
        names = [(-9, heads[0]), *zip(levels, (row.shown for row in rows), strict=True)]
        for at, name in names:
            axes.text(-_GAP, at, name, ha="right", family=MONO, size=12)
        texts = [
            (6.0, -9, heads[1]),
            *zip((6 + each for each in lengths), levels, ends, strict=True),
        ]
        texts += [(6, tall + 16 + at * _ROW, note) for at, note in enumerate(notes)]
        if not rows:
            texts.append((6, _ROW // 2 + 4, "no rows"))
        for x, y, text in texts:
            axes.text(x, y, text, family=SANS, size=SIZE)

    return drawn(height, fill)
