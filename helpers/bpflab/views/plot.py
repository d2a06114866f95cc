"""Numbers as lines over an index, counts as bars: images of SVG, with their tables as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from bpflab.views.barred import Row, barred, counted, summed
from bpflab.views.chart import BLUE, SIZE, WIDTH, framed, label, path, short, svg, text, wide
from bpflab.views.table import table
from bpflab.views.ticks import Floats, Limits, Ticks, across, fitting, numbered
from bpflab.views.view import View

# Okabe and Ito's colours, each with a mark of its own, 8 pixels wide: colour is never the only cue.
_STYLES = (
    (BLUE, "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z"),
    ("#d55e00", "M-4 -4h8v8h-8z"),
    ("#009e73", "M0 -4L4 4L-4 4z"),
    ("#cc79a7", "M0 -5.7L5.7 0L0 5.7L-5.7 0z"),
    ("#b8860b", "M0 4L-4 -4L4 -4z"),
)
_DASHES = ("", ";stroke-dasharray:7.4,3.2", ";stroke-dasharray:2,3.3")  # from the sixth line on
_GRID = "#dde1e6"
_FEW = 12  # points that are all marked; of more
_MARKS = 8  # or so are, and those that no line leads to
_NEAR = 2  # pixels: of the points between, only the ends, the highest and the lowest are drawn
_WHOLE = 80  # columns of a name in the text of bars
_LARGEST = 1e100  # an axis of what is beyond it may end where floats do: drawn as a gap
_MARGIN = 0.05  # of an axis, beyond its first and last number
_HEIGHT, _TOP, _BELOW, _EDGE, _GAP = 284, 14, 48, 10, 9  # pixels, as the next ones
_LEGEND, _SAMPLE, _APART = 20, 30, 18
_MIDDLE, _END = "text-anchor:middle", "text-anchor:end"


def lines(frame: pd.DataFrame, caption: str, *, y: str, log: bool = False) -> View:
    """Return *frame* as a chart: a line for each column over the index, *y* naming their unit.

    The index's name labels the x axis; an index of words stands in its own order. With *log* both
    axes of numbers are logarithmic, if any point has its place there; the others are gaps, as
    missing numbers are. Each line has a mark of its own shape: at each of its points where they are
    few. The text twin is the same numbers as a table.
    """
    twin = table(frame, caption).text
    said = "; ".join(twin.split("\n"))
    return framed(caption, _drawing(frame, label(y), log), said, twin)


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
    names, known = counts.index.tolist(), counted(counts)
    rows = [
        Row(label(name, _WHOLE), label(name), count)
        for name, count in zip(names[:limit], known[:limit], strict=True)
    ]
    rest, notes = known[limit:], []
    if rest:
        more = f"{len(rest)} more name{'s' * (len(rest) > 1)}"
        notes.append(f"… {more}, {label(unit)}: {summed(rest)}")
    heads = _named(counts.index), label(unit)
    return barred(caption, heads, rows, notes)


def _drawing(frame: pd.DataFrame, unit: str, log: bool) -> str:
    x = across(frame.index)
    log_x = log and x.numbers
    places = _within(x.places, log_x)
    heights = [_within(_numbers(frame.iloc[:, at]), log) for at in range(frame.shape[1])]
    heights = [np.where(np.isfinite(places), each, np.nan) for each in heights]
    there = any(np.isfinite(each).any() for each in heights)
    if log and not there:
        return _drawing(frame, unit, log=False)
    names = [label(name) for name in frame.columns]
    beside = _beside(names)
    top = _TOP + (-(-len(names) // beside) * _LEGEND if len(names) > 1 else 0)
    bottom, middle = top + _HEIGHT, top + _HEIGHT / 2

    some = [np.where(np.isfinite(each), places, np.nan) for each in heights]
    limits, levels = _limits(some, log_x), _limits(heights, log)
    upright = numbered(levels, log) if there else Ticks([], [])
    left = _EDGE + 18 + max(map(wide, ["", *upright.texts])) + _GAP
    marks, left, right = fitting(x, limits, log, left)
    if not there:
        marks = Ticks([], [])

    def to_x(numbers: Any) -> Floats:
        return left + _part(numbers, limits, log_x) * (right - left)

    def to_y(numbers: Any) -> Floats:
        return bottom - _part(numbers, levels, log) * _HEIGHT

    columns = [f"M{short(at)} {top}V{bottom}" for at in to_x(marks.at)]
    rows = [f"M{short(left)} {short(at)}H{short(right)}" for at in to_y(upright.at)]
    parts = [path("".join([*columns, *rows]), f"stroke:{_GRID}")] if columns or rows else []
    parts.append(path(f"M{short(left)} {top}V{bottom}H{short(right)}", "stroke:currentColor"))
    parts += [
        text(at, bottom + _GAP + 10, said, _MIDDLE)
        for at, said in zip(to_x(marks.at), marks.texts, strict=True)
    ]
    parts += [
        text(left - _GAP, at + 4, said, _END)
        for at, said in zip(to_y(upright.at), upright.texts, strict=True)
    ]
    below = f"{_named(frame.index)} {marks.unsaid}".strip()
    parts.append(text((left + right) / 2, bottom + 38, below, _MIDDLE + _fitted(below, WIDTH - 20)))
    parts.append(text(_EDGE + SIZE, middle, unit, _MIDDLE + _fitted(unit, _HEIGHT), turn=-90))
    if not there:
        parts.append(text(left + 20, middle, "no numbers"))
    across_, up = to_x(places), [to_y(each) for each in heights]
    parts += [_line(at, across_, each) for at, each in enumerate(up)]
    parts += [_marks(at, across_, each) for at, each in enumerate(up)]
    if len(names) > 1:
        parts += _legend(names, beside, left)
    shapes = "".join(
        f'<path id="m{at}" d="{shape}"/>'
        for at, (_, shape) in enumerate(_STYLES[: len(names)])
        if any(f'"#m{at}"' in part for part in parts)
    )
    return svg(bottom + _BELOW, [f"<defs>{shapes}</defs>", *parts])


def _within(values: Floats, log: bool) -> Floats:
    """Return numbers that have a place on an axis; the others are gaps."""
    size = np.abs(np.nan_to_num(values, nan=np.inf))
    return np.where((size < _LARGEST) & ((values > 1 / _LARGEST) | (not log)), values, np.nan)


def _numbers(column: pd.Series[Any]) -> Floats:
    """Return a column as floats; what is no number is a gap."""
    numbers: pd.Series[Any] = pd.to_numeric(column, errors="coerce")
    return numbers.to_numpy(dtype=float, na_value=np.nan)


def _named(index: pd.Index[Any]) -> str:
    return label(tuple(name for name in index.names if name is not None))


def _limits(numbers: Sequence[Floats], log: bool) -> Limits:
    """Return where an axis begins and ends: a little beyond the numbers that it shows."""
    known = np.concatenate([*numbers, np.empty(0)])
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if log:
        low, high = np.log10(low), np.log10(high)
    if high - low <= max(abs(low), abs(high)) * 1e-12:  # one number, as good as
        by = 1.0 if log else abs(low) * _MARGIN or _MARGIN
        low, high = low - by, high + by
    by = (high - low) * _MARGIN
    ends = low - by, high + by
    return (float(10 ** ends[0]), float(10 ** ends[1])) if log else ends


def _part(numbers: Any, limits: Limits, log: bool) -> Floats:
    """Return how far along an axis numbers are: 0 at its beginning, 1 at its end."""
    scale: Any = np.log10 if log else np.asarray
    low, high = scale(np.array(limits))
    return np.asarray((scale(np.asarray(numbers, dtype=float)) - low) / (high - low))


def _line(at: int, across_: Floats, up: Floats) -> str:
    """Return line number *at*: a stroke for each run of points without a gap."""
    there = np.flatnonzero(np.isfinite(up))
    runs = np.split(there, np.flatnonzero(np.diff(there) > 1) + 1)
    strokes = [_stroke(across_[run], up[run]) for run in runs if len(run) > 1]
    colour = _STYLES[at % len(_STYLES)][0]
    return path("".join(strokes), f"stroke:{colour};stroke-width:2{_dashed(at)}") if strokes else ""


def _stroke(across_: Floats, up: Floats) -> str:
    """Return a stroke through points; of many on a pixel, those that can be seen."""
    place = (across_ // _NEAR).astype(np.int64)
    firsts = np.flatnonzero(np.diff(place, prepend=place[0] - 1)).tolist()
    kept: set[int] = {len(up) - 1}
    for first, after in zip(firsts, [*firsts[1:], len(up)], strict=True):
        part = up[first:after]
        kept |= {first, after - 1, first + int(part.argmin()), first + int(part.argmax())}
    order = sorted(kept)
    points = [(short(across_[n]), short(up[n])) for n in order]
    level = [y for _, y in points]
    bends = [
        point
        for n, point in enumerate(points)
        if n in (0, len(points) - 1) or not level[n - 1] == level[n] == level[n + 1]
    ]
    return "M" + "L".join(f"{x} {y}" for x, y in bends)


def _marks(at: int, across_: Floats, up: Floats) -> str:
    """Return the marks along line number *at*."""
    there = np.isfinite(up)
    points = np.flatnonzero(there)
    every = 1 if len(points) <= _FEW else -(-len(points) // _MARKS)
    # Lines that run together have their marks beside each other.
    first = at * 2 * every // 5 % every
    beside = np.concatenate(([False], there, [False]))
    lone = np.flatnonzero(there & ~beside[:-2] & ~beside[2:])  # no line leads there
    chosen = sorted({*points[first::every].tolist(), *lone.tolist()})
    return "".join(_mark(at, across_[n], up[n]) for n in chosen)


def _mark(at: int, x: float, y: float) -> str:
    number = at % len(_STYLES)
    where = f'href="#m{number}" x="{short(x)}" y="{short(y)}"'
    return f'<use {where} style="fill:{_STYLES[number][0]}"/>'


def _dashed(at: int) -> str:
    return _DASHES[at // len(_STYLES) % len(_DASHES)]


def _fitted(name: str, long: float) -> str:
    """Return the style of a name that is longer than its place."""
    size = SIZE * min(1, long / max(wide(name), 1))
    return f";font-size:{short(size)}px" if size < SIZE else ""


def _legend(names: Sequence[str], beside: int, left: float) -> list[str]:
    parts, x, at = [], left, 0
    for group in np.array_split(np.array(names, dtype=object), beside):
        for row, name in enumerate(group):
            level = _TOP + 5 + row * _LEGEND
            stroke = f"M{short(x)} {short(level)}L{short(x + _SAMPLE)} {short(level)}"
            colour = _STYLES[at % len(_STYLES)][0]
            parts.append(path(stroke, f"stroke:{colour};stroke-width:2{_dashed(at)}"))
            parts.append(_mark(at, x + _SAMPLE / 2, level))
            parts.append(text(x + _SAMPLE + 6, level + 4, name))
            at += 1
        x += _SAMPLE + 6 + max(map(wide, group)) + _APART
    return parts


def _beside(names: Sequence[str]) -> int:
    """Return how many columns of a legend fit beside each other."""
    wides = np.array([_SAMPLE + 6 + wide(name) + _APART for name in names])
    counts = range(len(names), 1, -1)
    fits = (n for n in counts if sum(part.max() for part in np.array_split(wides, n)) < WIDTH - 90)
    return next(fits, 1)
