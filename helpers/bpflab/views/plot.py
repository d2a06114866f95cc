"""Numbers as lines over an index, counts as bars: images of SVG, with their tables as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from matplotlib.transforms import IdentityTransform

from bpflab.arguments import checked
from bpflab.views.barred import Row, barred, counted, summed
from bpflab.views.chart import BLUE, SANS, SIZE, WIDTH, drawn, framed, label, plain, wide
from bpflab.views.table import table
from bpflab.views.ticks import Floats, Ticks, across, fitting, numbered
from bpflab.views.view import View

# Okabe and Ito's colours, each with a mark of its own: colour is never the only cue.
_STYLES = ((BLUE, "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#b8860b", "v"))
_DASHES = ("-", "--", ":")  # from the sixth line on
_GRID = "#dde1e6"
_FEW = 12  # points that are all marked; of more
_MARKS = 8  # or so are, and those that no line leads to
_WHOLE = 80  # columns of a name in the text of bars
_LARGEST = 1e100  # an axis of what is beyond it may end where floats do: drawn as a gap
_HEIGHT, _TOP, _BELOW, _EDGE, _GAP = 284, 14, 48, 10, 9  # pixels, as the next ones
_LEGEND, _SAMPLE, _APART = 20, 30, 18


@checked
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


@checked
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
    places = _within(x.places, log and x.numbers)
    heights = [_within(_numbers(frame.iloc[:, at]), log) for at in range(frame.shape[1])]
    heights = [np.where(np.isfinite(places), each, np.nan) for each in heights]
    there = any(np.isfinite(each).any() for each in heights)
    if log and not there:
        return _drawing(frame, unit, log=False)
    names = [label(name) for name in frame.columns]
    beside = _beside(names)
    top = _TOP + (-(-len(names) // beside) * _LEGEND if len(names) > 1 else 0)

    def fill(figure: Figure) -> None:
        axes = figure.add_axes((0, 0, 1, 1))
        plain(axes, "left", "bottom")
        axes.margins(0.05)
        axes.set(yscale="log" if log else "linear", xscale="log" if log and x.numbers else "linear")
        for at, each in enumerate(heights):
            _line(axes, at, places, each)
        upright = numbered(axes.get_ylim(), log) if there else Ticks([], [])
        left = _EDGE + 18 + max(map(wide, ["", *upright.texts])) + _GAP
        marks, left, right = fitting(x, axes.get_xlim(), log, left)
        if not there:
            marks = Ticks([], [])
            middle = _BELOW + _HEIGHT / 2
            axes.text(left + 20, middle, "no numbers", transform=None, size=SIZE, family=SANS)
        height, across_, middle = figure.bbox.height, right - left, _BELOW + _HEIGHT / 2
        axes.set_position((left / WIDTH, _BELOW / height, across_ / WIDTH, _HEIGHT / height))
        below = f"{_named(frame.index)} {marks.unsaid}".strip()
        _marked(axes.xaxis, marks, below, (left + across_ / 2, 22), WIDTH - 20)
        _marked(axes.yaxis, upright, unit, (_EDGE + SIZE / 2, middle), _HEIGHT)
        if len(names) > 1:
            _legend(axes, names, beside)

    return drawn(top + _HEIGHT + _BELOW, fill)


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


def _line(axes: Axes, at: int, places: Floats, heights: Floats) -> None:
    """Draw line number *at*, and marks along it."""
    there = np.isfinite(heights)
    points = np.flatnonzero(there)
    every = 1 if len(points) <= _FEW else -(-len(points) // _MARKS)
    # Lines that run together have their marks beside each other.
    first = at * 2 * every // 5 % every
    beside = np.concatenate(([False], there, [False]))
    lone = np.flatnonzero(there & ~beside[:-2] & ~beside[2:])  # no line leads there
    colour, mark = _STYLES[at % len(_STYLES)]
    (line,) = axes.plot(
        places,
        heights,
        _DASHES[at // len(_STYLES) % len(_DASHES)],
        color=colour,
        linewidth=2,
        dash_capstyle="butt",
        solid_capstyle="butt",
        marker=mark,
        markersize=8,
        markeredgewidth=0,
        fillstyle="full",
        markevery=sorted({*points[first::every].tolist(), *lone.tolist()}),
        clip_on=False,
    )
    line.get_path().simplify_threshold = 1.0  # pixels: of many points, those that can be told apart


def _marked(axis: Axis, ticks: Ticks, name: str, at: tuple[float, float], long: float) -> None:
    """Give an axis its marks, lines from them through the chart, and its name, as long as fits."""
    limits = axis.get_view_interval()
    axis.set_minor_locator(NullLocator())
    axis.set_ticks(ticks.at, ticks.texts)
    axis.set_view_interval(*limits, ignore=True)
    axis.set_tick_params(length=0, pad=_GAP)
    axis.grid(True, which="major", color=_GRID, linewidth=1, linestyle="-", alpha=1)
    for line in axis.get_gridlines():
        line.set_clip_on(False)
    size = SIZE * min(1, long / max(wide(name), 1))
    axis.set_label_text(name, size=size, family=SANS, weight="normal")
    axis.set_label_coords(*at, transform=IdentityTransform())


def _legend(axes: Axes, names: Sequence[str], beside: int) -> None:
    legend = axes.legend(
        axes.lines,
        ["x"] * len(names),  # named here, a line whose name starts with "_" would be left out
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=beside,
        frameon=False,
        prop={"family": SANS, "size": SIZE},
        borderaxespad=0.5,
        borderpad=0,
        handlelength=_SAMPLE / SIZE,
        handletextpad=6 / SIZE,
        columnspacing=_APART / SIZE,
        labelspacing=_LEGEND / SIZE - 1,
    )
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)


def _beside(names: Sequence[str]) -> int:
    """Return how many columns of a legend fit beside each other."""
    wides = np.array([_SAMPLE + 6 + wide(name) + _APART for name in names])
    counts = range(len(names), 1, -1)
    fits = (n for n in counts if sum(part.max() for part in np.array_split(wides, n)) < WIDTH - 90)
    return next(fits, 1)
