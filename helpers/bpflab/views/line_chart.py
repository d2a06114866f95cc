"""The drawing of `lines`: axes, marks and a legend, each where there is room."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

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
_MARKED = 8  # or so are
_WORDS = 60  # of an index that are tried as marks
_HEIGHT, _TOP, _BELOW, _EDGE, _GAP = 284, 14, 48, 10, 9  # pixels, as the next ones
_LEGEND, _SAMPLE, _APART = 20, 30, 18


def drawing(frame: pd.DataFrame, unit: str, log: bool) -> str:
    """Return the chart of `lines` as SVG."""
    words = None if pd.api.types.is_numeric_dtype(frame.index) else frame.index
    log_x = log and words is None
    places = _floats(frame.index if words is None else range(len(words)), log_x)
    heights = [_floats(frame.iloc[:, at], log) for at in range(frame.shape[1])]
    heights = [np.where(np.isfinite(places), each, np.nan) for each in heights]
    there = any(np.isfinite(each).any() for each in heights)
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
    numbers = ticker.FuncFormatter(lambda number, _: f"{number:,.12g}")
    up = _mark(axes.yaxis, none or _locator(axes.get_ylim(), log), numbers, unit, _HEIGHT)
    locator, formatter = none or _locator(axes.get_xlim(), log_x), numbers
    if words is not None:
        locator = ticker.FixedLocator(range(0, len(words), len(words) // _WORDS + 1))
        formatter = ticker.FuncFormatter(lambda at, _: label(words[int(at)]))
    across = _mark(axes.xaxis, locator, formatter, index_name(frame.index), WIDTH - 100) or [""]
    left = _EDGE + SIZE + 5 + max(map(wide, ["", *up])) + _GAP
    left, right = max(left, wide(across[0]) / 2), WIDTH - max(12, wide(across[-1]) / 2)
    axes.set_position((left / WIDTH, _BELOW / height, (right - left) / WIDTH, _HEIGHT / height))
    if names:
        _legend(axes, names, ncols)
    return charts.drawn(chart)


def _locator(limits: tuple[float, float], log: bool) -> ticker.Locator:
    low, high = limits
    if log:
        return ticker.LogLocator(subs=(1,) if high >= 100 * low else (1, 2, 5))
    return ticker.MaxNLocator("auto", steps=[1, 2, 5, 10])


def _floats(values: Any, log: bool) -> Floats:
    """Return what has a place on an axis; the rest, and what is no number, are gaps."""
    numbers: pd.Series[Any] = pd.to_numeric(pd.Series(values), errors="coerce")
    floats = numbers.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(floats) & ((floats > 0) | (not log)), floats, np.nan)


def _line(axes: Axes, at: int, places: Floats, heights: Floats) -> None:
    """Draw line number *at*, and marks along it."""
    points = np.flatnonzero(np.isfinite(heights))
    every = 1 if len(points) <= _FEW else -(-len(points) // _MARKED)
    # Lines that run together have their marks beside each other.
    first = at * 2 * every // 5 % every
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
        markevery=points[first::every].tolist(),
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
    """Return how many columns a legend has: one for each name, or one where they do not fit."""
    long = sum(_SAMPLE + 6 + wide(name) + _APART for name in names)
    return len(names) if 0 < long < WIDTH - 90 else 1


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
