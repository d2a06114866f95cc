"""The drawing of `lines`: axes, marks and a legend, each where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis

from bpflab.views import charts, svg
from bpflab.views.charts import wide
from bpflab.views.svg import SANS, SIZE, WIDTH, index_name, label

Floats = npt.NDArray[np.float64]

# Each colour with a mark of its own: colour is never the only cue. Dashes from the sixth line on.
_COLOURS = (svg.BLUE, svg.ORANGE, svg.GREEN, "#cc79a7", "#b8860b")
_MARKS, _DASHES = "os^Dv", ("-", "--", ":")
_GRID = "#dde1e6"
_FEW = 12  # points that are all marked; of more
_MARKED = 8  # or so are, and those that no line leads to
_WORDS = 60  # of an index that are tried as marks
_LARGEST = 1e100  # an axis of what is beyond it may end where floats do: drawn as a gap
_HEIGHT, _TOP, _BELOW, _EDGE, _GAP = 284, 14, 48, 10, 9  # pixels, as the next ones
_LEGEND, _SAMPLE, _APART = 20, 30, 18


class _Across(NamedTuple):
    """Where each row stands on the x axis, and which marks the axis has."""

    places: pd.Series[Any]
    locator: ticker.Locator | None  # none where rows stand at numbers of their own
    formatter: ticker.Formatter
    unmarked: str = ""  # what the marks leave unsaid


def drawing(frame: pd.DataFrame, unit: str, log: bool) -> str:
    """Return the chart of `lines` as SVG."""
    x = _across(frame.index)
    log_x = log and x.locator is None
    places = _floats(x.places, log_x)
    heights = [_floats(frame.iloc[:, at], log) for at in range(frame.shape[1])]
    heights = [np.where(np.isfinite(places), each, np.nan) for each in heights]
    there = any(np.isfinite(each).any() for each in heights)
    if log and not there:
        return drawing(frame, unit, log=False)
    names = [label(name) for name in frame.columns] if frame.shape[1] > 1 else []
    ncols = _ncols(names)
    height = _TOP + -(-len(names) // ncols) * _LEGEND + _HEIGHT + _BELOW
    chart = charts.figure(height)
    axes = chart.add_axes((0, _BELOW / height, 1, _HEIGHT / height))
    _bare(axes)
    axes.margins(0.05)
    axes.set(xscale="log" if log_x else "linear", yscale="log" if log else "linear")
    for at, each in enumerate(heights):
        _line(axes, at, places, each)
    if not there:
        axes.text(0.1, 0.5, "no numbers", transform=axes.transAxes, size=SIZE, family=SANS)
    none = None if there else ticker.NullLocator()
    up = _mark(axes.yaxis, none or _locator(axes.get_ylim(), log), _numbers(), unit, _HEIGHT)
    locator = none or x.locator or _locator(axes.get_xlim(), log)
    name = f"{index_name(frame.index)} {x.unmarked}".strip()
    across = _mark(axes.xaxis, locator, x.formatter, name, WIDTH - 100) or [""]
    left = _EDGE + SIZE + 5 + max(map(wide, ["", *up])) + _GAP
    left, right = max(left, wide(across[0]) / 2), WIDTH - max(12, wide(across[-1]) / 2)
    axes.set_position((left / WIDTH, _BELOW / height, (right - left) / WIDTH, _HEIGHT / height))
    if names:
        _legend(axes, names, ncols)
    return charts.drawn(chart)


def _across(index: pd.Index[Any]) -> _Across:
    """Return where rows stand: at numbers, at seconds since the first, or at words in order."""
    if pd.api.types.is_numeric_dtype(index):
        return _Across(index.to_series(), None, _numbers())
    if isinstance(index, pd.DatetimeIndex) and index.notna().any():
        since = index.min()
        seconds = (index - since).total_seconds().to_series()
        return _Across(seconds, _locator(), _numbers(), f"(s since {since})")
    places, words = pd.factorize(index, use_na_sentinel=False)
    tried = ticker.FixedLocator(range(0, len(words), -(-len(words) // _WORDS) or 1))
    formatter = ticker.FuncFormatter(lambda at, _: label(words[int(at)]))
    return _Across(pd.Series(places), tried, formatter)


def _numbers() -> ticker.Formatter:
    return ticker.FuncFormatter(lambda number, _: f"{number:,.12g}")


def _locator(limits: tuple[float, float] = (0, 1), log: bool = False) -> ticker.Locator:
    low, high = limits
    if log:
        return ticker.LogLocator(subs=(1,) if high >= 100 * low else (1, 2, 5))
    return ticker.MaxNLocator("auto", steps=[1, 2, 5, 10])


def _floats(values: pd.Series[Any], log: bool) -> Floats:
    """Return what has a place on an axis; the rest, and what is no number, are gaps."""
    numbers: pd.Series[Any] = pd.to_numeric(values, errors="coerce")
    floats = numbers.to_numpy(dtype=float, na_value=np.nan)
    size = np.abs(np.nan_to_num(floats, nan=np.inf))
    return np.where((size < _LARGEST) & ((floats > 1 / _LARGEST) | (not log)), floats, np.nan)


def _line(axes: Axes, at: int, places: Floats, heights: Floats) -> None:
    """Draw line number *at*, and marks along it."""
    there = np.isfinite(heights)
    points = np.flatnonzero(there)
    every = 1 if len(points) <= _FEW else -(-len(points) // _MARKED)
    # Lines that run together have their marks beside each other.
    first = at * 2 * every // 5 % every
    around = np.concatenate(([False], there, [False]))
    lone = np.flatnonzero(there & ~around[:-2] & ~around[2:])  # no line leads there
    colour = _COLOURS[at % len(_COLOURS)]
    (line,) = axes.plot(
        places,
        heights,
        _DASHES[at // len(_COLOURS) % len(_DASHES)],
        color=colour,
        linewidth=2,
        dash_capstyle="butt",
        solid_capstyle="butt",
        solid_joinstyle="round",
        marker=_MARKS[at % len(_MARKS)],
        markerfacecolor=colour,
        markersize=8,
        markeredgewidth=0,
        fillstyle="full",
        markevery=sorted({*points[first::every].tolist(), *lone.tolist()}),
        clip_on=False,
    )
    line.get_path().simplify_threshold = 1.0  # pixels: of many points, those that can be told apart


def _mark(
    axis: Axis, locator: ticker.Locator, formatter: ticker.Formatter, name: str, long: float
) -> list[str]:
    """Give an axis marks, lines from them through the chart, and a name; return the marks' texts.

    The x axis has every n-th mark, such that their texts stand apart on so many pixels.
    """
    axis.set_major_locator(locator)
    axis.set_minor_locator(ticker.NullLocator())
    low, high = axis.get_view_interval()
    at = [float(each) for each in locator() if low <= each <= high]
    texts = formatter.format_ticks(at)
    if isinstance(axis, XAxis):
        every = math.ceil(len(texts) * (max(map(wide, ["", *texts])) + _GAP) / long) or 1
        at, texts = at[::every], texts[::every]
    axis.set_ticks(at, texts)
    axis.set_view_interval(low, high, ignore=True)
    axis.grid(True, which="major")
    for line in axis.get_gridlines():
        line.set(color=_GRID, linewidth=1, linestyle="-", alpha=1, clip_on=False)
        line.set(solid_capstyle="butt", solid_joinstyle="round")
    size = SIZE * min(1, long / max(wide(name), 1))
    axis.set_label_text(name, size=size, family=SANS)
    axis.labelpad = 5
    return texts


def _bare(axes: Axes) -> None:
    """Take from *axes* what is not ours: the learner's settings decide how they begin."""
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    sides: dict[str, Any] = {
        part + side: side in ("left", "bottom") for part in ("", "label") for side in axes.spines
    }
    axes.tick_params(length=0, pad=_GAP, labelsize=SIZE, labelfontfamily=SANS, **sides)
    for side, spine in axes.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=svg.INK, linewidth=0.8)


def _ncols(names: Sequence[str]) -> int:
    """Return how many columns of a legend fit beside each other."""
    wides = np.array([_SAMPLE + 6 + wide(name) + _APART for name in names])
    counts = range(len(names), 1, -1)
    fits = (n for n in counts if sum(part.max() for part in np.array_split(wides, n)) < WIDTH - 90)
    return next(fits, 1)


def _legend(axes: Axes, names: Sequence[str], ncols: int) -> None:
    axes.legend(
        axes.lines,
        names,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=ncols,
        frameon=False,
        prop={"family": SANS, "size": SIZE},
        borderaxespad=0.5,
        borderpad=0,
        numpoints=1,
        markerscale=1,
        handleheight=0.7,
        handlelength=_SAMPLE / SIZE,
        handletextpad=6 / SIZE,
        columnspacing=_APART / SIZE,
        labelspacing=_LEGEND / SIZE - 1,
    )
