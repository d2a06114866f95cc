"""Bars: as long as their numbers, with their names, and what is left out."""

import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from bpflab.views.bars import bars, blocks, number
from tests.views.drawn import SVG, drawn, words


def lengths(view):
    """Return how long each bar is, from the top; what has no length has no bar."""
    found = []
    for path in drawn(view).iter(f"{SVG}path"):
        if "stroke:#0072b2" in path.get("style", ""):
            assert "linecap" not in path.get("style")  # it would make the bar longer
            begins, ends = (float(point.split()[0]) for point in path.get("d")[1:].split("L"))
            found.append(ends - begins)
    return [length for length in found if length]


def test_a_bar_is_as_long_as_its_count():
    """In the order given; each has its name before it and its number after it."""
    view = bars(pd.Series({"ps": 250, "ls": 1000, "id": 500}), "Calls", unit="calls")
    said = words(view)

    assert said == ["ps", "ls", "id", "calls", "250", "1,000", "500"]
    half = lengths(view)[1] / 2
    assert lengths(view) == pytest.approx([half / 2, half * 2, half], abs=1)
    assert view.text.splitlines()[3:] == [
        "ps    250  ██████",
        "ls   1000  ████████████████████████",
        "id    500  ████████████",
    ]


def test_little_is_more_than_nothing():
    """One of a million can be seen; 0, what is missing and what is below 0 have no bar."""
    view = bars(pd.Series([10**6, 1, 0, None, -5, np.inf]), "t", unit="n")

    assert len(lengths(view)) == 2
    assert lengths(view)[1] == pytest.approx(2, abs=0.1)
    assert [row[-1] for row in view.text.splitlines()[3:]] == ["█", "▏", "0", "–", "5", "–"]  # noqa: RUF001
    assert words(view)[-6:] == ["1,000,000", "1", "0", "–", "-5", "–"]  # noqa: RUF001


def test_names_left_out_are_counted():
    """How many they are and what they sum to, in the picture, aloud and in the text."""
    counts = pd.Series(range(30, 0, -1), index=[f"c{at}" for at in range(30)])
    view = bars(counts, "t", unit="calls")
    note = "… 10 more names, calls: 55"

    assert words(view)[-1] == view.text.splitlines()[-1] == note
    assert ET.fromstring(view.html).find("img").get("alt").endswith(note)
    assert len(lengths(view)) == 20
    assert "… 1 more name, calls: 1" in bars(counts, "t", unit="calls", limit=29).text
    assert "more" not in bars(counts, "t", unit="calls", limit=30).text


def test_a_bar_is_read_aloud_without_its_blocks():
    """Each name with its number."""
    counts = pd.Series({b"l\ns": 12, "ps": 4}).rename_axis("comm")
    label = ET.fromstring(bars(counts, "Calls", unit="calls").html).find("img").get("alt")
    assert label == r"Calls; comm, calls; l\ns: 12; ps: 4"


def test_a_long_name_leaves_room_for_its_bar():
    """40 columns of it are drawn, 80 are in the text; escapes and wide characters count."""
    for name in (b"/tmp/" + b"x" * 4096, b"\xff" * 4096, "日" * 4096, "\u202e" * 4096):
        view = bars(pd.Series([4, 2], index=[name, "ls"]), "t", unit="n")
        assert 150 < lengths(view)[0] < 400
        assert len(view.text) < 500
        assert " more)" in words(view)[0]


def test_bars_of_blocks_are_in_proportion():
    """To an eighth of a character; the longest has 24."""
    bars = blocks([24, 12, 1, 0.5, 0.001, 0, -3, None])

    assert bars == ["█" * 24, "█" * 12, "█", "▌", "▏", "", "", ""]
    assert blocks([0, None]) == ["", ""]


def test_numbers_keep_what_matters():
    """Whole ones are whole, however large."""
    assert number(2**64 - 1) == "18,446,744,073,709,551,615"
    assert [number(n) for n in (0, -5, 3.0, 1234.5, 0.00012345)] == (
        ["0", "-5", "3", "1,234", "0.000123"]
    )
