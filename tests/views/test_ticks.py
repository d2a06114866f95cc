"""Marks of axes: true, in order, within the axis, and never too many or over each other."""

import itertools

import numpy as np
import pandas as pd
import pytest

from bpflab.views.chart import WIDTH, wide
from bpflab.views.ticks import across, fitting, numbered

SPANS = [
    *((0, 1), (0.1, 0.35), (-3, 7), (900, 4000), (2e9, 2.00002e9), (-5e-9, 3e-9), (0, 2.0**64)),
    *((1e18, 1e18 + 2e12), (-9e99, 9e99), (1e-99, 3e-99), (1, 1 + 1e-8)),
]
RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(text):
    """Return the number that a text says."""
    if "10" in text and text.translate(RAISED) != text:
        digits, _, ten = text.rpartition("10")
        return float(f"{digits.rstrip('·') or 1}e{ten.translate(RAISED)}")
    return float(text.replace(",", ""))


@pytest.mark.parametrize("most", [2, 5])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(("low", "high"), SPANS)
def test_marks_of_numbers_are_their_own(low, high, log, most):
    """Each says the number it stands at, and no two say the same."""
    low = max(low, 1e-12) if log and low <= 0 else low
    ticks = numbered((low, high), log, most)

    assert 1 <= len(ticks.at) <= (most + 1 if not log else 12)
    assert len(set(ticks.texts)) == len(ticks.at) == len(ticks.texts)
    assert ticks.at == sorted(ticks.at)
    step = (high - low) / most
    for at, text in zip(ticks.at, ticks.texts, strict=True):
        assert low <= at <= high
        assert number(text) == pytest.approx(at, abs=step / 1e3, rel=1e-9)
    assert max(map(len, ticks.texts)) <= 18


def test_thousands_are_grouped_and_powers_are_raised():
    """As plain numbers where they are read best."""
    assert numbered((0, 40_000), log=False, most=2).texts == ["0", "20,000", "40,000"]
    assert numbered((0.9, 1100), log=True).texts == ["1", "10", "100", "1,000"]
    assert numbered((0.9, 2e9), log=True).texts == ["10⁰", "10²", "10⁴", "10⁶", "10⁸"]
    assert numbered((60, 600), log=True).texts == ["100", "200", "500"]
    assert numbered((-5e-9, 3e-9), log=False).texts[::2] == ["-4·10⁻⁹", "0"]


@pytest.mark.parametrize("seconds", [3, 59, 4000, 50_000, 70_000, 86400 * 3, 86400 * 900])
@pytest.mark.parametrize("zone", [None, "Asia/Kolkata"])
def test_marks_of_times_say_where_they_stand(seconds, zone):
    """On the clock of their zone; the days and the zone are said apart from them."""
    first = pd.Timestamp("2024-02-03 09:59:58.3", tz=zone)
    index = pd.DatetimeIndex([first, first + pd.Timedelta(seconds, "s")])
    x = across(index)
    ticks = x.ticks((x.places[0], x.places[1]), False, 5)

    assert 1 <= len(ticks.at) <= 8
    assert len(set(ticks.texts)) == len(ticks.texts)
    for at, text in zip(ticks.at, ticks.texts, strict=True):
        part = (at - x.places[0]) / (x.places[1] - x.places[0])
        stands = first + pd.Timedelta(seconds * part, "s")
        forms = ("%Y", "%Y-%m", "%m-%d", "%H:%M", "%H:%M:%S")
        stands = (stands + pd.Timedelta(1, "ms")).floor("100ms")
        shown = {f"{stands:{form}}" for form in forms} | {f"{stands:%H:%M:%S.%f}".rstrip("0")}
        assert text in shown
    assert ("IST" in ticks.unsaid) == (zone is not None)
    assert "2024-02-03" in ticks.unsaid


def test_times_close_together_are_seconds_from_the_first():
    """A clock's marks would all be the same."""
    x = across(pd.date_range("2024-02-03 10:00", periods=5, freq="us"))
    ticks = x.ticks((x.places[0], x.places[-1]), False, 5)

    assert x.places.tolist() == pytest.approx(np.arange(5) * 1e-6)
    assert ticks.unsaid == "(s since 2024-02-03 10:00:00)"
    assert [number(text) for text in ticks.texts] == pytest.approx(ticks.at)


@pytest.mark.parametrize(
    "index",
    [["x" * 99, "y" * 99], ["z" * 99], [f"command-{at}" for at in range(60)], [0, 10**14]],
    ids=["two", "one", "many", "numbers"],
)
def test_texts_fit_beside_each_other(index):
    """None is over another or beyond the picture; the axis is never narrow."""
    x = across(pd.Index(index))
    limits = x.places.min() - 0.5, x.places.max() + 0.5
    ticks, left, right = fitting(x, limits, False, 50)
    part = (np.array(ticks.at) - limits[0]) / (limits[1] - limits[0])
    sides = [
        (
            left + each * (right - left) - wide(text) / 2,
            left + each * (right - left) + wide(text) / 2,
        )
        for each, text in zip(part, ticks.texts, strict=True)
    ]

    assert sides[0][0] > 0
    assert sides[-1][1] < WIDTH
    assert all(after[0] > before[1] for before, after in itertools.pairwise(sides))
    assert 300 < right - left < WIDTH
