"""Where rows stand on an x axis, and which marks an axis has: those of matplotlib that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib import dates as untyped_dates
from matplotlib.ticker import Locator, LogLocator, MaxNLocator

from bpflab.views.chart import WIDTH, label, wide

Floats = npt.NDArray[np.float64]
Limits = tuple[float, float]

dates: Any = untyped_dates

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TRIES = (12, 8, 5, 4, 3, 2, 1)
_MOST = 5
_GAP, _NARROW = 9, 350
_CLOCK = ["%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M", "%H:%M:%S.%f"]


class Ticks(NamedTuple):
    """The marks of an axis, their texts, and what these leave unsaid."""

    at: list[float]
    texts: list[str]
    unsaid: str = ""


class Across(NamedTuple):
    """Where each row stands on the x axis, whether at its number, and at most how many marks."""

    places: Floats
    numbers: bool
    most: int
    ticks: Callable[[Limits, bool, int], Ticks]


def across(index: pd.Index[Any]) -> Across:
    """Return where rows stand: at their numbers, at their times, or at words in their order."""
    if pd.api.types.is_numeric_dtype(index):
        return Across(index.to_numpy(dtype=float, na_value=np.nan), True, _MOST, numbered)
    if isinstance(index, pd.DatetimeIndex) and index.notna().any():
        return _times(index)
    at: dict[Any, int] = {}
    places = np.array([at.setdefault(word, len(at)) for word in index], dtype=float)
    words = list(at)

    def named(limits: Limits, log: bool, most: int) -> Ticks:
        shown = range(0, len(words), -(-len(words) // most) or 1)
        return Ticks([float(at) for at in shown], [label(words[at]) for at in shown])

    return Across(places, False, len(words), named)


def numbered(limits: Limits, log: bool, most: int = _MOST) -> Ticks:
    """Return at most *most* + 1 marks at round numbers.

    >>> numbered((0.1, 0.35), log=False).texts, numbered((1, 2e9), log=True).texts
    (['0.1', '0.15', '0.2', '0.25', '0.3', '0.35'], ['10⁰', '10²', '10⁴', '10⁶', '10⁸'])
    """
    low, high = limits
    even = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10])
    powers = LogLocator(numticks=most + 1), LogLocator(subs=(1, 2, 5), numticks=most + 1)
    ways: Sequence[Locator] = (*powers, even) if log else (even,)
    for locator in ways:
        at = [float(each) for each in locator.tick_values(low, high) if low <= each <= high]
        if 1 < len(at) <= most + 1:
            break
    return Ticks(at, _said(at, (1e-4, 1e7) if log and high > 10 * low else (1e-4, 1e12)))


def _said(numbers: Sequence[float], plain: Limits) -> list[str]:
    """Return how numbers are written: all as powers of ten where one is beyond *plain*."""
    sizes = [abs(number) for number in numbers if number]
    if not sizes or (plain[0] <= max(sizes) < plain[1] and (min(sizes) >= plain[0] / 10)):
        return [f"{number:,.12g}" for number in numbers]
    return [_power(number) if number else "0" for number in numbers]


def _power(number: float) -> str:
    digits, _, ten = f"{number:.11e}".partition("e")
    text = f"{digits.rstrip('0').rstrip('.')}·10{str(int(ten)).translate(_RAISED)}"
    return text.removeprefix("1·")


def _times(index: pd.DatetimeIndex) -> Across:
    first, zone = index.min(), index.tz or UTC
    if index.max() - first < pd.Timedelta(1, "s"):
        seconds = (index - first).total_seconds().to_numpy(dtype=float)
        since = f"(s since {first})"
        return Across(
            seconds,
            False,
            _MOST,
            lambda limits, _, most: numbered(limits, False, most)._replace(unsaid=since),
        )
    days = " to ".join(dict.fromkeys(f"{time:%Y-%m-%d}" for time in (first, index.max())))
    utc = index if index.tz is None else index.tz_convert("UTC").tz_localize(None)

    def timed(limits: Limits, log: bool, most: int) -> Ticks:
        locator = dates.AutoDateLocator(tz=zone, minticks=min(most, 3), maxticks=most + 2)
        low, high = limits
        at = [
            float(each)
            for each in locator.tick_values(*dates.num2date(limits, tz=zone))
            if low <= each <= high
        ]
        clock = dates.ConciseDateFormatter(
            locator, tz=zone, formats=_CLOCK, zero_formats=_CLOCK, show_offset=False
        )
        return Ticks(at, clock.format_ticks(at) if at else [], f"({days} {first:%Z}".strip() + ")")

    return Across(dates.date2num(utc.to_numpy()), False, _MOST, timed)


def fitting(x: Across, limits: Limits, log: bool, left: float) -> tuple[Ticks, float, float]:
    """Return as many marks of an x axis as fit, and where in the picture it begins and ends."""
    scale = np.log10 if log and x.numbers else np.asarray
    low, high = scale(np.array(limits))
    for most in [tries for tries in _TRIES if tries <= max(x.most, 1)]:
        ticks = x.ticks(limits, log and x.numbers, most)
        part = (scale(np.array(ticks.at)) - low) / (high - low)
        half = np.array([wide(text) / 2 for text in ticks.texts])
        begins = max([left, *(half + 2 - part * _NARROW)])
        ends = min([WIDTH - 12, *(begins + (WIDTH - 2 - half - begins) / np.maximum(part, 0.01))])
        at = begins + part * (ends - begins)
        free = (np.diff(at) >= half[:-1] + half[1:] + _GAP).all()
        if free and ends - begins >= _NARROW:
            break
    return ticks, begins, ends
