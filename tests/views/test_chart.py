"""What charts share: names that fit, and how wide they are."""

import pandas as pd
import pytest

from bpflab.views import lines
from bpflab.views.barred import blocks, number
from bpflab.views.chart import label, wide
from bpflab.views.drawing import columns
from tests.views.drawn import drawn, letters

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("char", ["x", "日", "\u202e", "\ud800", "\u0301", "\U000e0041"])
def test_a_name_has_at_most_its_columns(char):
    """However it is written; what is cut is counted, and nothing is cut that fits."""
    for count in (1, 4, 40, 41, 4096):
        shown = label(char * count)
        name, _, more = shown.partition("… (")
        assert columns(name) <= 40
        unit = columns(label(char))
        assert bool(more) == (unit * count > 40)
        if more:
            assert columns(name) // unit + int(more.removesuffix(" more)")) == count


def test_a_name_of_several_levels_is_one():
    """Its parts are made safe like any other."""
    assert label(("a", b"\xff\n", 3)) == r"a \xff\n 3"
    assert label(None) == "None"


def test_what_is_shortened_is_not_text():
    """Names may look like what matplotlib writes; their spaces are kept."""
    names = ['1.2345  font-size: 13px; "M 1 ', " xlink:href #000000 fill: none; ", " > < \u00a0"]
    frame = pd.DataFrame({name: [1, 2] for name in names})
    root = drawn(lines(frame, "t", y="n"))

    assert [text.text for text in root.iter(f"{SVG}text")][-3:] == list(map(label, names))
    assert "white-space:pre" in letters(root)


def test_every_character_has_a_width():
    """Wide ones more than narrow ones."""
    assert 0 < wide("i") < wide("x") < wide("W") == wide("日")
    assert wide("") == 0


def test_bars_of_blocks_are_in_proportion():
    """To an eighth of a character; the longest has 24."""
    bars = blocks([24, 12, 1, 0.5, 0.001, 0, -3, None])

    assert bars == ["█" * 24, "█" * 12, "█", "▌", "▏", "", "", ""]
    assert blocks([]) == blocks([])
    assert blocks([0, None]) == ["", ""]


def test_numbers_keep_what_matters():
    """Whole ones are whole, however large."""
    assert number(2**64 - 1) == "18,446,744,073,709,551,615"
    assert [number(n) for n in (0, -5, 3.0, 1234.5, 0.00012345)] == (
        ["0", "-5", "3", "1,234", "0.000123"]
    )
