"""Tables: which rows, which columns, how each kind of value looks."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from bpflab import LabError
from bpflab.views import flow, grid, plot, table
from bpflab.views.code import code, diff


def body(frame, **options):
    """Return the text of a table's rows, without caption, heads and rule."""
    return table(frame, "t", **options).text.split("\n")[3:]


def cells(*values):
    """Return how the values of one column are shown."""
    return [line.strip() for line in body(pd.DataFrame({"x": pd.Series(values, dtype=object)}))]


def test_the_text_is_an_aligned_table_under_its_caption():
    """Numbers stand right, words left, each under its head."""
    frame = pd.DataFrame({"comm": ["ls", "uname"], "calls": [23, 5]})

    assert table(frame, "Calls by command").text == (
        "Calls by command\ncomm   calls\n-----  -----\nls        23\nuname      5"
    )


def test_the_html_is_a_real_table():
    """It has a caption, heads with a scope, and numbers aligned also where styles are stripped."""
    html = table(pd.DataFrame({"comm": ["ls"], "calls": [23]}), "Calls").html

    assert ">Calls</caption>" in html
    assert '<th scope="col" align="left"' in html
    assert '<th scope="col" align="right"' in html
    assert '<td align="right"' in html
    assert html.count("<tr>") == 2


def test_the_same_frame_gives_the_same_view():
    """No random id and no clock."""
    frame = pd.DataFrame({"a": [1.5, None], "b": ["x", b"y"]})

    assert table(frame, "t") == table(frame.copy(), "t")


def test_a_named_index_heads_its_rows():
    """It is a row header; a running number without a name is left out."""
    named = pd.DataFrame({"calls": [1, 2]}, index=pd.Index(["ls", "ps"], name="comm"))

    assert table(named, "t").html.count('scope="row"') == 2
    assert body(named) == ["ls        1", "ps        2"]
    assert 'scope="row"' not in table(named.reset_index(), "t").html
    assert body(pd.DataFrame({"x": ["a"]}, index=[7])) == ["a"]


def test_every_level_of_an_index_heads_its_rows():
    """Levels without a name among named ones have an empty head."""
    index = pd.MultiIndex.from_tuples([(0, "ls"), (1, "ps")], names=["cpu", None])
    shown = table(pd.DataFrame({"calls": [1, 2]}, index=index), "t")

    assert shown.html.count('scope="row"') == 4
    assert shown.text.split("\n")[1].split() == ["cpu", "calls"]


def test_rows_left_out_are_counted():
    """The first ones are shown; a line below them says how many are not."""
    frame = pd.DataFrame({"x": range(100)})

    assert body(frame, limit=3) == ["0", "1", "2", "… 97 rows not shown"]
    assert body(frame, limit=99)[-1] == "… 1 row not shown"
    assert body(frame, limit=100)[-1] == "99"
    assert body(frame, limit=0) == ["… 100 rows not shown"]
    assert len(body(frame)) == 51
    assert "… 97 rows not shown" in table(frame, "t", limit=3).html


def test_no_rows_says_so():
    """An empty table keeps its heads."""
    empty = pd.DataFrame({"comm": [], "pid": []})

    assert table(empty, "t").text.split("\n")[1:] == ["comm  pid", "----  ---", "no rows"]
    assert 'colspan="2"' in table(empty, "t").html
    assert table(pd.DataFrame(), "t").text == "t\nno rows"
    assert "no rows" in table(pd.DataFrame(), "t").html


def test_columns_are_picked_in_order():
    """Also twice-named ones, of which both are meant."""
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"])

    assert table(frame, "t", columns=["b", "a"]).text.split("\n")[1].split() == ["b", "a", "a"]
    assert body(frame, columns=["b", "a"]) == ["2  1  3"]


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    """The fault tells what could have been meant."""
    with pytest.raises(LabError, match="no column Pid") as caught:
        table(pd.DataFrame({"pid": [1], "comm": ["x"]}), "t", columns=["Pid"])

    assert caught.value.kind == "no-column"
    assert caught.value.fix == "There are: pid, comm."


@pytest.mark.parametrize(
    "missing", [None, np.nan, pd.NaT, pd.NA, np.float32("nan"), Decimal("NaN")]
)
def test_a_missing_value_is_a_dash(missing):
    """Whatever pandas calls missing."""
    assert cells("x", missing) == ["x", "–"]  # noqa: RUF001
    assert ">–</td>" in table(pd.DataFrame({"x": [missing, "y"]}), "t").html  # noqa: RUF001


def test_numbers_have_the_decimals_of_their_column():
    """As many as the values need, at most three; whole numbers none; what is tiny is not zero."""
    assert cells(23, 5) == ["23", "5"]
    assert cells(1.0, 2.0, None) == ["1", "2", "–"]  # noqa: RUF001
    assert cells(1.5, 2.25) == ["1.50", "2.25"]
    assert cells(1 / 3, 1234567.0) == ["0.333", "1234567.000"]
    assert cells(0.00001, 1.0) == ["1e-05", "1.000"]
    assert cells(float("inf"), 1.0) == ["inf", "1"]
    assert cells(2**64 - 1) == ["18446744073709551615"]


def test_values_of_numpy_look_like_pythons():
    """Scalars, arrays and fixed-size bytes."""
    assert cells(np.uint64(2**64 - 1), np.int8(-1)) == ["18446744073709551615", "-1"]
    assert cells(np.float32(0.5)) == ["0.5"]
    assert cells(np.bool_(True)) == ["True"]
    assert cells(np.array([1, 2, 3])) == ["[1, 2, 3]"]
    assert cells(np.bytes_(b"ls"), bytearray(b"ps")) == ["ls", "ps"]
    assert cells(np.datetime64("2024-02-03T04:05:06")) == ["2024-02-03 04:05:06"]


def test_any_other_value_is_its_text_made_safe():
    """Also where that text comes from an object that means harm."""

    class Hostile:
        def __str__(self):
            return "\x1b[31m<script>\n"

    assert cells(Hostile(), ("a", 1)) == ["\\x1b[31m<script>\\n", "('a', 1)"]
    assert "<script" not in table(pd.DataFrame({"x": [Hostile()]}), "t").html


def test_truth_is_a_word_not_a_number():
    """True and False stand left."""
    assert "text-align:right" not in table(pd.DataFrame({"ok": [True, False]}), "t").html


def test_times_of_one_day_name_it_once():
    """The head has the day and the zone, the cells the time of day; several days stay whole."""
    day = pd.to_datetime(["2024-02-03 04:05:06.000007", "2024-02-03 23:00:00.0"], utc=True)
    shown = table(pd.DataFrame({"time": day}), "t").text.split("\n")

    assert shown[1] == "time (2024-02-03 UTC)"
    assert shown[3:] == ["04:05:06.000007", "23:00:00.000000"]

    days = pd.to_datetime(["2024-02-03", "2024-02-04"], utc=True)
    assert body(pd.DataFrame({"time": days}))[1] == "2024-02-04 00:00:00+00:00"


def test_durations_stand_right():
    """They are numbers with a unit."""
    frame = pd.DataFrame({"took": [datetime.timedelta(microseconds=3)]})

    assert '<td align="right"' in table(frame, "t").html


def test_wide_characters_keep_the_columns_straight():
    """A character that takes two places counts as two, a combining one as none."""
    lines = body(pd.DataFrame({"comm": ["日本", "e\u0301", "abcd"], "n": ["x", "y", "z"]}))

    assert lines == ["日本  x", "e\u0301     y", "abcd  z"]


def test_a_long_value_pushes_only_its_own_line():
    """The other lines keep their width, and the value is there."""
    lines = body(pd.DataFrame({"path": ["/" * 300, "/x"], "n": ["a", "b"]}))

    assert lines[0] == "/" * 300 + "  a"
    assert len(lines[1]) == 63


def test_spaces_in_a_name_are_kept():
    """Two names that differ in spaces look different, also in HTML."""
    html = table(pd.DataFrame({"comm": [" ls", "l  s"]}), "t").html

    assert "white-space:pre" in html
    assert "> ls</td>" in html


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: table(None, "t"), "frame is None, and must be a DataFrame"),
        (lambda: table({"a": [1]}, "t"), "frame is {'a': \\[1\\]}"),
        (lambda: table(pd.DataFrame(), None), "caption is None"),
        (lambda: table(pd.DataFrame({"a": [1]}), "t", columns="a"), "columns is 'a'"),
        (lambda: table(pd.DataFrame({"a": [1]}), "t", limit="3"), "limit is '3'"),
        (lambda: table(pd.DataFrame({"a": [1]}), "t", colums=["a"]), "no argument 'colums'"),
        (lambda: plot(None, "t", kind="bar", unit="calls"), "data is None"),
        (lambda: plot(None, "t", kind="line", unit="ns"), "data is None"),
        (lambda: code(None, "t"), "text is None"),
        (lambda: diff("a", None, "1", "2"), "new is None"),
        (lambda: grid(None, "t"), "values is None"),
        (lambda: flow("t", ["ab"], []), "nodes is \\['ab'\\]"),
    ],
)
def test_what_no_view_can_show_is_refused(call, message):
    """By the name of the argument, and not by what pandas lacks in it."""
    with pytest.raises(LabError, match=message) as caught:
        call()
    assert caught.value.kind == "argument"


def test_what_has_a_frame_is_shown_as_that():
    """A map and a log; and why there are no rows, as text."""

    class Stored:
        def frame(self):
            found = pd.DataFrame({"key": []})
            found.attrs["why none"] = "<b>\x1b"
            return found

    view = table(Stored(), "t")
    assert view.text.endswith("no rows: <b>\\x1b") and "&lt;b&gt;" in view.html


def test_a_time_that_is_missing_is_a_dash():
    """Beside others, and alone."""
    times = pd.DatetimeIndex(["2026-01-02 03:04:05", None], tz="UTC")
    assert table(pd.DataFrame({"time": times}), "t").text.endswith("03:04:05.000000\n\u2013")
    assert table(pd.DataFrame({"time": times[1:]}), "t").text.endswith("\n\u2013")
