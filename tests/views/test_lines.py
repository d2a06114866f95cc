"""Lines: what is drawn, how axes are marked, and that it can be read."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from bpflab.views import table
from bpflab.views.charts import wide
from bpflab.views.lines import lines
from tests.views.drawn import SVG, drawn, words

COST = pd.DataFrame(
    {"ring": [101.5, 120, 311], "perf": [202, 230, None]},
    index=pd.Index([64, 128, 512], name="bytes"),
)


def strokes(view, colour):
    """Return the points, in pixels, of each stroke in this colour; the legend's come last."""
    found = [
        [tuple(map(float, point.split())) for point in stroke.split("L")]
        for path in drawn(view).iter(f"{SVG}path")
        if f"stroke:{colour};" in path.get("style", "")
        for stroke in path.get("d").split("M")[1:]
    ]
    return [stroke for stroke in found if len(stroke) > 1]  # one point alone cannot be seen


def marks(view, colour):
    """Return where each mark in this colour is, in pixels, and the shapes of all."""
    shapes = {f"#{path.get('id')}": path.get("d") for path in drawn(view).iter(f"{SVG}path")}
    found = [use for use in drawn(view).iter(f"{SVG}use") if f"fill:{colour}" in use.get("style")]
    places = [(float(use.get("x")), float(use.get("y"))) for use in found]
    return places, {shapes[use.get("href")] for use in found}


def test_the_text_is_the_table():
    """The same numbers under the same caption; the picture's name has every one of them."""
    view = lines(COST, "What an event costs", unit="ns")
    label = ET.fromstring(view.html).find("img").get("alt")

    assert view.text == table(COST, "What an event costs").text
    assert label == view.text.replace("\n", "; ")
    assert all(number in label for number in ("64", "128", "512", "101.5", "311.0", "230"))


def test_a_long_table_is_in_the_name_whole():
    """Nothing is cut from it, though it is over 4096 characters."""
    frame = pd.DataFrame({f"column {at}": range(40) for at in range(12)})
    view = lines(frame, "t", unit="ns")

    assert len(view.text) > 4096
    assert ET.fromstring(view.html).find("img").get("alt") == view.text.replace("\n", "; ")


def test_lines_lead_through_their_numbers():
    """Higher is up, further is right, at the same scale; a missing number is a gap."""
    ring, perf = (
        strokes(lines(COST, "t", unit="ns"), colour)[0] for colour in ("#0072b2", "#d55e00")
    )

    assert [len(ring), len(perf)] == [3, 2]
    for line, numbers in ((ring, COST["ring"]), (perf, COST["perf"][:2])):
        for (x, y), at, number in zip(line, COST.index, numbers, strict=False):
            assert x == pytest.approx(np.interp(at, [64, 512], [ring[0][0], ring[2][0]]), abs=0.5)
            scale = (ring[2][1] - ring[0][1]) / (311 - 101.5)
            assert y == pytest.approx(ring[0][1] + (number - 101.5) * scale, abs=0.5)
            assert scale < 0


def test_every_line_and_axis_has_its_name():
    """The columns, the index and the unit; one column alone needs no legend."""
    assert {"ring", "perf", "bytes", "ns"} <= set(words(lines(COST, "t", unit="ns")))
    assert "ring" not in words(lines(COST[["ring"]], "t", unit="ns"))


def test_a_mark_stands_at_each_of_few_numbers():
    """Each column has marks of its own shape, in its colour."""
    view = lines(COST, "t", unit="ns")
    (ring, round_), (perf, square) = marks(view, "#0072b2"), marks(view, "#d55e00")

    assert ring[:3] == strokes(view, "#0072b2")[0]
    assert perf[:2] == strokes(view, "#d55e00")[0]
    assert [len(ring), len(perf)] == [4, 3]  # and one in the legend
    assert [len(round_), len(square), len(round_ | square)] == [1, 1, 2]


def test_of_many_numbers_some_are_marked():
    """About eight on each line, at its points, beside those of the next line."""
    same = np.sin(np.arange(60))
    view = lines(pd.DataFrame({"a": same, "b": same}), "t", unit="n")
    (a, _), (b, _) = marks(view, "#0072b2"), marks(view, "#d55e00")

    for colour, found in (("#0072b2", a[:-1]), ("#d55e00", b[:-1])):
        assert 7 <= len(found) <= 9
        assert set(found) <= set(strokes(view, colour)[0])
    assert not set(a) & set(b)


def test_a_number_between_gaps_is_marked():
    """No line leads to it, so that nothing else would show it."""
    values = [1.0, 2.0] * 20
    values[14:19] = [None, None, 7.0, None, None]
    view = lines(pd.DataFrame({"a": values}), "t", unit="n")

    top = min(y for _, y in marks(view, "#0072b2")[0])
    assert top < min(y for stroke in strokes(view, "#0072b2") for _, y in stroke)
    assert [len(stroke) for stroke in strokes(view, "#0072b2")] == [14, 21]


def test_a_chart_stays_small():
    """A live one is sent several times a second: its bytes are bounded, whatever it holds."""
    values = np.random.default_rng(7).normal(size=(50_000, 4)).cumsum(axis=0)
    sizes = [len(lines(pd.DataFrame(values[:n]), "t", unit="n").html) for n in (60, 5_000, 50_000)]

    assert sizes[0] < 26_000
    assert sizes[2] < sizes[1] * 2 < 400_000


def test_points_left_out_cannot_be_missed():
    """Of many on one pixel the highest and the lowest stay, as do both ends."""
    values = np.zeros(50_000)
    values[[12_345, 34_567]] = 5, -5
    (stroke,) = strokes(lines(pd.DataFrame({"a": values}), "t", unit="n"), "#0072b2")
    (few,) = strokes(lines(pd.DataFrame({"a": [0, 5, -5, 0]}), "t", unit="n"), "#0072b2")

    for end in (min, max):
        assert end(y for _, y in stroke) == pytest.approx(end(y for _, y in few), abs=1)
        assert end(stroke)[0] == pytest.approx(end(few)[0], abs=20)
    assert len(stroke) < 20


def test_a_sixth_line_looks_unlike_the_first():
    """Its colour comes again, its line is dashed."""
    frame = pd.DataFrame({f"c{at}": [at, at + 1] for at in range(6)})
    looks = [
        "stroke-dasharray" in path.get("style")
        for path in drawn(lines(frame, "t", unit="ns")).iter(f"{SVG}path")
        if "stroke:#0072b2" in path.get("style", "")
    ]

    assert looks == [False, True] * 2  # the chart, the legend


def across(view):
    """Return x and text of each mark of the x axis: those in the lowest row but its name's."""
    texts = [text for text in drawn(view).iter(f"{SVG}text") if "middle" in text.get("style")]
    texts = [text for text in texts if "rotate(-90" not in text.get("transform", "")]
    rows = sorted({round(float(text.get("y"))) for text in texts})
    row = rows[-2] if len(rows) > 1 else rows[-1]
    return [(float(t.get("x")), t.text) for t in texts if abs(float(t.get("y")) - row) < 2]


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize(
    ("low", "high"),
    [
        *((0, 1), (0.1, 0.35), (-3, 7), (60, 600), (900, 4000), (1, 1 + 1e-8), (-5e-9, 3e-9)),
        *((2e9, 2.00002e9), (0, 2.0**64), (1e18, 1e18 + 2e12), (1e-99, 3e-99), (1, 2e9), (1, 1e14)),
    ],
)
def test_marks_of_numbers_say_where_they_stand(low, high, log):
    """No two say the same, and a logarithmic axis is one."""
    low = max(low, 1e-12) if log and low <= 0 else low
    scale = np.log if log else np.array
    view = lines(
        pd.DataFrame({"a": [1, 2]}, index=pd.Index([low, high], name="n")),
        "t",
        unit="y",
        loglog=log,
    )
    (x0, _), (x1, _) = strokes(view, "#0072b2")[0]
    ticks = across(view)

    assert len(ticks) >= 1
    assert len({text for _, text in ticks}) == len(ticks)
    for x, text in ticks:
        number = float(text.replace(",", ""))
        part = (scale(number) - scale(low)) / (scale(high) - scale(low))
        assert x == pytest.approx(x0 + part * (x1 - x0), abs=1)


def test_thousands_are_grouped():
    """Up to twelve digits; what is longer is a power of ten."""
    for high, text in ((40_000, "20,000"), (4e10, "20,000,000,000"), (4e15, "2e+15")):
        assert text in words(lines(pd.DataFrame({"a": [0, high]}), "t", unit="n"))


@pytest.mark.parametrize(
    "index",
    [
        ["x" * 99, "y" * 99],
        ["z" * 99],
        ["a", "b" * 34],
        [f"command-{at}" for at in range(60)],
        [0, 10**14],
        pd.date_range("2024-02-03 23:59:58", periods=5, tz="Asia/Kolkata"),
    ],
    ids=["two", "one", "long last", "many", "numbers", "times"],
)
def test_marks_are_in_the_picture_and_apart(index):
    """None is over another or cut off, and the axis is never narrow."""
    view = lines(pd.DataFrame({"a": range(len(index))}, index=index), "t", unit="n")
    sides = [(x - wide(text) / 2, x + wide(text) / 2) for x, text in across(view)]

    assert sides[0][0] > 0
    assert sides[-1][1] < 692
    assert all(after[0] > before[1] for before, after in itertools.pairwise(sides))
    for text in drawn(view).iter(f"{SVG}text"):
        assert 0 < float(text.get("y")) < float(drawn(view).get("viewBox").split()[3]) - 4


def test_a_long_name_is_cut_in_the_chart_only():
    """It says so there; the table has more of it."""
    view = lines(pd.DataFrame({"x" * 300: [1, 2], "b": [1, 2]}), "t", unit="y" * 9999)

    assert "x" * 40 + "… (260 more)" in words(view)
    assert "y" * 40 + "… (9959 more)" in words(view)
    assert "x" * 300 in view.text


def test_what_has_no_logarithm_is_a_gap():
    """Numbers above 0 are drawn inside the axes; where no point has any, the axes count evenly."""
    view = lines(pd.DataFrame({"a": [0, 10, 1000]}, index=[0, 1, 2]), "t", unit="n", loglog=True)
    (line,) = strokes(view, "#0072b2")
    width, height = (float(n) for n in drawn(view).get("viewBox").split()[2:])

    assert len(line) == 2
    assert all(0 < x < width and 0 < y < height for x, y in line)
    for numbers in ([], [0, 0], [-1, None], [5]):  # 5 stands at 0
        frame = pd.DataFrame({"a": numbers})
        assert lines(frame, "t", unit="n", loglog=True) == lines(frame, "t", unit="n")


def test_any_frame_is_drawn():
    """No rows, no columns, one name twice, words, times, several levels, values pandas calls NA."""
    day = pd.to_datetime(["2024-02-03", "2024-02-04"], utc=True)
    for frame in (
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [None, "x"]}),
        pd.DataFrame({"a": [1, 2]}, index=day),
        pd.DataFrame({"a": [1, 2]}, index=pd.MultiIndex.from_tuples([(0, "x"), (1, "y")])),
    ):
        ET.fromstring(lines(frame, "t", unit="n").html)
    twice = lines(pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), "t", unit="n")
    assert words(twice).count("a") == 2
    assert strokes(twice, "#0072b2")[0] != strokes(twice, "#d55e00")[0]


def test_words_stand_in_their_own_order():
    """Not in the alphabet's."""
    shown = words(lines(pd.DataFrame({"a": [1, 2, 3]}, index=["z", "b", "m"]), "t", unit="n"))
    assert [word for word in shown if word in ("z", "b", "m")] == ["z", "b", "m"]


def test_numbers_that_have_no_difference_are_gaps():
    """Infinity, and what is so large or so small that arithmetic ends there."""
    ends = pd.DataFrame({"a": [1e-300, 1.0, 9e299]}, index=[5e-324, 1, 2])
    assert len(marks(lines(ends, "t", unit="n", loglog=True), "#0072b2")[0]) == 1
    frame = pd.DataFrame({"a": [1.0, np.inf, 2.0, 3.0, -1e308, 1e308, 4.0]})

    assert len(strokes(lines(frame, "t", unit="n"), "#0072b2")) == 1
    assert [len(stroke) for stroke in strokes(lines(frame, "t", unit="n"), "#0072b2")] == [2]
    assert len(marks(lines(frame, "t", unit="n"), "#0072b2")[0]) == 4


def test_an_empty_chart_says_so():
    """Both axes have their names, and no marks that would count what is not there."""
    frame = pd.DataFrame({"a": [None, None]}, index=pd.Index([1, 2], name="seconds"))
    assert words(lines(frame, "t", unit="ns")) == ["seconds", "ns", "no numbers"]
    assert words(lines(pd.DataFrame(), "t", unit="ns"))[-1] == "no numbers"


@pytest.mark.parametrize(("freq", "last"), [("us", 1e-5), ("s", 10), ("D", 864000)])
def test_times_stand_at_the_seconds_since_the_first(freq, last):
    """However close they are; the name of the axis says when the first was."""
    times = pd.date_range("2024-02-03 10:00", periods=11, freq=freq, tz="UTC", name="time")
    view = lines(pd.DataFrame({"a": range(11)}, index=times), "t", unit="n")
    points = strokes(view, "#0072b2")[0]
    x, text = across(view)[-1]

    assert "time (s since 2024-02-03 10:00:00+00:00)" in words(view)
    part = (x - points[0][0]) / (points[-1][0] - points[0][0])
    assert float(text.replace(",", "")) == pytest.approx(part * last, rel=0.01)


def test_words_that_do_not_fit_are_left_out():
    """Every n-th stands, so that none is written over another."""
    frame = pd.DataFrame({"a": range(60)}, index=[f"command-{at}" for at in range(60)])
    said = [word for word in words(lines(frame, "t", unit="n")) if word.startswith("command")]
    numbers = [int(word.removeprefix("command-")) for word in said]

    assert 3 < len(said) < 10
    assert len(set(np.diff(numbers))) == 1
    assert numbers[0] == 0
