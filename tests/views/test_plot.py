"""Charts: what is drawn, that it can be read, and that it touches nothing beyond itself."""

import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context, rcParams, rcParamsDefault
from matplotlib.figure import Figure

from bpflab.views import bars, lines, table
from bpflab.views.chart import wide
from tests.views.drawn import drawn, letters

SVG = "{http://www.w3.org/2000/svg}"
COST = pd.DataFrame(
    {"ring": [101.5, 120, 311], "perf": [202, 230, None]},
    index=pd.Index([64, 128, 512], name="bytes"),
)
HOSTILE = {
    "script": "</svg><script>alert(1)</script>",
    "mathematics": "$x$ and $\\frac$",
    "dollar": "a\\$ $",
    "newlines": "one\ntwo\r\nthree\u2028four",
    "ansi": "\x1b[31mred\x9b",
    "bidi": "\u202egpj.exe\u2066",
    "quotes": "\" onload='x' &amp; -->",
    "surrogate": "\ud800",
    "not utf-8": b"\xff<b>",
    "underscore": "_hidden",
    "ink": "#010203",
    "id": 'id="axes_1" url(#x)',
    "wide": "日本語",
    "nothing": "",
}


def chart(view):
    """Return the drawing, once all of the HTML has parsed."""
    return drawn(view)


def words(view):
    """Return each text of the drawing."""
    return ["".join(text.itertext()) for text in chart(view).iter(f"{SVG}text")]


def strokes(view, colour):
    """Return the points, in pixels, of each stroke in this colour; the legend's come last."""
    found = [
        [tuple(map(float, point.split())) for point in stroke.split("L")]
        for path in chart(view).iter(f"{SVG}path")
        if f"stroke:{colour};" in path.get("style", "")
        for stroke in path.get("d").split("M")[1:]
    ]
    return [stroke for stroke in found if len(stroke) > 1]  # one point alone cannot be seen


def marks(view, colour):
    """Return where each mark in this colour is, in pixels, and the shapes of all."""
    shapes = {f"#{path.get('id')}": path.get("d") for path in chart(view).iter(f"{SVG}path")}
    found = [use for use in chart(view).iter(f"{SVG}use") if f"fill:{colour}" in use.get("style")]
    places = [(float(use.get("x")), float(use.get("y"))) for use in found]
    return places, {shapes[use.get("href")] for use in found}


def test_the_text_is_the_table():
    """The same numbers under the same caption; the picture's name has every one of them."""
    view = lines(COST, "What an event costs", y="ns")
    label = ET.fromstring(view.html).find("img").get("alt")

    assert view.text == table(COST, "What an event costs").text
    assert label == view.text.replace("\n", "; ")
    assert all(number in label for number in ("64", "128", "512", "101.5", "311.0", "230"))


def test_a_long_table_is_in_the_name_whole():
    """Nothing is cut from it, though it is over 4096 characters."""
    frame = pd.DataFrame({f"column {at}": range(40) for at in range(12)})
    view = lines(frame, "t", y="ns")

    assert len(view.text) > 4096
    assert ET.fromstring(view.html).find("img").get("alt") == view.text.replace("\n", "; ")


def test_lines_lead_through_their_numbers():
    """Higher is up, further is right, at the same scale; a missing number is a gap."""
    ring, perf = (strokes(lines(COST, "t", y="ns"), colour)[0] for colour in ("#0072b2", "#d55e00"))

    assert [len(ring), len(perf)] == [3, 2]
    for line, numbers in ((ring, COST["ring"]), (perf, COST["perf"][:2])):
        for (x, y), at, number in zip(line, COST.index, numbers, strict=False):
            assert x == pytest.approx(np.interp(at, [64, 512], [ring[0][0], ring[2][0]]), abs=0.5)
            scale = (ring[2][1] - ring[0][1]) / (311 - 101.5)
            assert y == pytest.approx(ring[0][1] + (number - 101.5) * scale, abs=0.5)
            assert scale < 0


def test_every_line_and_axis_has_its_name():
    """The columns, the index and the unit; one column alone needs no legend."""
    assert {"ring", "perf", "bytes", "ns"} <= set(words(lines(COST, "t", y="ns")))
    assert "ring" not in words(lines(COST[["ring"]], "t", y="ns"))


def test_the_same_numbers_give_the_same_bytes():
    """In this process, and in another."""
    data = {"a": [1, 2.5], "b": [3, None]}
    code = (
        "import pandas as pd; from bpflab.views import bars, lines; "
        f"frame = pd.DataFrame({data}); "
        "print(lines(frame, 't', y='ns', log=True).html, bars(frame['b'], 't', unit='n').html)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    frame = pd.DataFrame(data)
    views = lines(frame, "t", y="ns", log=True), bars(frame["b"], "t", unit="n")

    assert views == (lines(frame, "t", y="ns", log=True), bars(frame["b"], "t", unit="n"))
    assert other.stdout == f"{views[0].html} {views[1].html}\n"


def test_two_charts_on_a_page_do_not_meet():
    """All that they look up is inside their images; the same id is never two things."""
    frame = pd.DataFrame({f"c{at}": [at, at + 1] for at in range(5)})
    for view in (lines(frame, "t", y="ns"), bars(COST["ring"], "t", unit="ns")):
        assert not re.search(r" id=|href|url\(|<style|<defs|<use", view.html)
        ids = [node.get("id") for node in chart(view).iter() if node.get("id") is not None]
        assert len(set(ids)) == len(ids)
        assert {use.get("href") for use in chart(view).iter(f"{SVG}use")} == {f"#{i}" for i in ids}
    assert len(ids) == 0
    assert len(marks(lines(frame, "t", y="ns"), "#b8860b")[1]) == 1


def test_a_mark_stands_at_each_of_few_numbers():
    """Each column has marks of its own shape, in its colour."""
    view = lines(COST, "t", y="ns")
    (ring, round_), (perf, square) = marks(view, "#0072b2"), marks(view, "#d55e00")

    assert ring[:3] == strokes(view, "#0072b2")[0]
    assert perf[:2] == strokes(view, "#d55e00")[0]
    assert [len(ring), len(perf)] == [4, 3]  # and one in the legend
    assert [len(round_), len(square), len(round_ | square)] == [1, 1, 2]


def test_of_many_numbers_some_are_marked():
    """About eight on each line, at its points, beside those of the next line."""
    same = np.sin(np.arange(60))
    view = lines(pd.DataFrame({"a": same, "b": same}), "t", y="n")
    (a, _), (b, _) = marks(view, "#0072b2"), marks(view, "#d55e00")

    for colour, found in (("#0072b2", a[:-1]), ("#d55e00", b[:-1])):
        assert 7 <= len(found) <= 9
        assert set(found) <= set(strokes(view, colour)[0])
    assert not set(a) & set(b)


def test_a_number_between_gaps_is_marked():
    """No line leads to it, so that nothing else would show it."""
    values = [1.0, 2.0] * 20
    values[14:19] = [None, None, 7.0, None, None]
    view = lines(pd.DataFrame({"a": values}), "t", y="n")

    top = min(y for _, y in marks(view, "#0072b2")[0])
    assert top < min(y for stroke in strokes(view, "#0072b2") for _, y in stroke)
    assert [len(stroke) for stroke in strokes(view, "#0072b2")] == [14, 21]


def test_a_chart_stays_small():
    """A live one is sent several times a second: its bytes are bounded, whatever it holds."""
    values = np.random.default_rng(7).normal(size=(50_000, 4)).cumsum(axis=0)
    sizes = [len(lines(pd.DataFrame(values[:n]), "t", y="n").html) for n in (60, 5_000, 50_000)]

    assert sizes[0] < 24_000
    assert sizes[2] < sizes[1] * 2 < 400_000


def test_points_left_out_cannot_be_missed():
    """Of many on one pixel the highest and the lowest stay, as do both ends."""
    values = np.zeros(50_000)
    values[[12_345, 34_567]] = 5, -5
    (stroke,) = strokes(lines(pd.DataFrame({"a": values}), "t", y="n"), "#0072b2")
    (few,) = strokes(lines(pd.DataFrame({"a": [0, 5, -5, 0]}), "t", y="n"), "#0072b2")

    for end in (min, max):
        assert end(y for _, y in stroke) == pytest.approx(end(y for _, y in few), abs=1)
        assert end(stroke)[0] == pytest.approx(end(few)[0], abs=20)
    assert len(stroke) < 20


def test_a_sixth_line_looks_unlike_the_first():
    """Its colour comes again, its line is dashed."""
    frame = pd.DataFrame({f"c{at}": [at, at + 1] for at in range(6)})
    looks = [
        "stroke-dasharray" in path.get("style")
        for path in chart(lines(frame, "t", y="ns")).iter(f"{SVG}path")
        if "stroke:#0072b2" in path.get("style", "")
    ]

    assert looks == [False, True] * 2  # the chart, the legend


@pytest.mark.parametrize("log", [False, True])
def test_it_can_be_read_in_every_theme(log):
    """Text, axes and ticks are dark on the image's own light ground, and it shrinks to fit."""
    views = lines(COST, "t", y="ns", log=log), bars(COST["ring"], "t", unit="ns")
    for view in views:
        root = chart(view)
        assert "color:#1b1f24;background:#f6f8fa" in root.get("style")
        assert "max-width:100%" in ET.fromstring(view.html).find("img").get("style")
        assert "text{fill:" not in letters(root)
        assert all("fill:#1b1f24;" in text.get("style") for text in root.iter(f"{SVG}text"))
        said = " ".join(node.get("style", "") for node in list(root.iter())[1:])
        colours = set(re.findall(r"(?:fill|stroke):([#\w]+)", said))
        assert colours <= {"none", "#1b1f24", "#0072b2", "#d55e00", "#dde1e6"}
    assert colours == {"none", "#1b1f24", "#0072b2"}


def test_nothing_is_drawn_beyond_the_picture():
    """Marks of an axis that are long, at its ends, in every kind of axis."""
    times = pd.date_range("2024-02-03 23:59:58", periods=5, tz="Asia/Kolkata")
    for index in (["x" * 99, "y" * 99], [0, 10**14], times):
        frame = pd.DataFrame({"a": range(len(index))}, index=index)
        root = chart(lines(frame, "t", y="n"))
        for text in root.iter(f"{SVG}text"):
            if text.get("x"):
                middle = "middle" in text.get("style") and "transform" not in text.attrib
                half = wide(text.text) / 2 if middle else 0
                assert half < float(text.get("x")) < 692 - half
                assert 0 < float(text.get("y")) < float(root.get("viewBox").split()[3]) - 4


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_only_text(name):
    """As column, index name, index value, unit and caption; each is drawn as it is said."""
    text = name if isinstance(name, str) else repr(name)
    frame = pd.DataFrame({name: [1, 2], "b": [3, 4]}, index=pd.Index([name, "z"], name=text))
    view = lines(frame, text, y=text)
    numbers = lines(pd.DataFrame({name: [1, 2], "b": [3, 4]}), text, y=text, log=True)

    drawings = [ET.tostring(chart(each), encoding="unicode") for each in (view, numbers)]
    for side in (view.html, view.text, numbers.html, numbers.text, *drawings):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066\ud800-\udfff]", side)
        side.encode("utf-8")
    for html in (view.html, numbers.html):
        assert {node.tag.removeprefix(SVG) for node in ET.fromstring(html).iter()} <= {
            *("figure", "figcaption", "img"),
        }
    for each in (view, numbers):
        tags = {node.tag.removeprefix(SVG) for node in chart(each).iter()}
        assert tags == {"svg", "defs", "style", "g", "path", "use", "text"}
    twin = view.text.split("\n")
    assert len(twin) == 5
    head = twin[0]  # the caption is the same text, made safe
    if name and isinstance(name, str):
        assert words(view).count(head) == 4  # column, index name, index value, unit


def test_a_long_name_is_cut_in_the_chart_only():
    """It says so there; the table has more of it."""
    view = lines(pd.DataFrame({"x" * 300: [1, 2], "b": [1, 2]}), "t", y="y" * 9999)

    assert "x" * 40 + "… (260 more)" in words(view)
    assert "y" * 40 + "… (9959 more)" in words(view)
    assert "x" * 300 in view.text


def test_what_has_no_logarithm_is_a_gap():
    """Numbers above 0 are drawn inside the axes; where no point has any, the axes count evenly."""
    view = lines(pd.DataFrame({"a": [0, 10, 1000]}, index=[0, 1, 2]), "t", y="n", log=True)
    (line,) = strokes(view, "#0072b2")
    width, height = (float(n) for n in chart(view).get("viewBox").split()[2:])

    assert len(line) == 2
    assert all(0 < x < width and 0 < y < height for x, y in line)
    for numbers in ([], [0, 0], [-1, None], [5]):  # 5 stands at 0
        frame = pd.DataFrame({"a": numbers})
        assert lines(frame, "t", y="n", log=True) == lines(frame, "t", y="n")


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
        ET.fromstring(lines(frame, "t", y="n").html)
    twice = lines(pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"]), "t", y="n")
    assert words(twice).count("a") == 2
    assert strokes(twice, "#0072b2")[0] != strokes(twice, "#d55e00")[0]


def test_words_stand_in_their_own_order():
    """Not in the alphabet's."""
    said = words(lines(pd.DataFrame({"a": [1, 2, 3]}, index=["z", "b", "m"]), "t", y="n"))
    assert [word for word in said if word in ("z", "b", "m")] == ["z", "b", "m"]


def test_the_readers_own_matplotlib_is_left_alone():
    """A style of theirs does not change a chart, a chart does not change their settings."""
    wanted = lines(COST, "t", y="ns", log=True), bars(COST["ring"], "t", unit="ns")
    theirs = {"font.size": 40, "axes.facecolor": "red", "axes.grid": True, "svg.fonttype": "path"}
    theirs |= {"lines.marker": "x", "text.parse_math": True, "axes.xmargin": 0.4}
    with rc_context(theirs):
        before = dict(rcParams)
        assert (lines(COST, "t", y="ns", log=True), bars(COST["ring"], "t", unit="ns")) == wanted
        assert dict(rcParams) == before


def test_a_learners_figures_are_theirs_while_charts_are_drawn():
    """Figures made while another thread draws charts have all four spines, and their settings."""
    done = threading.Event()

    def draw():
        while not done.is_set():
            lines(COST, "t", y="ns")
            bars(COST["ring"], "t", unit="ns")

    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(draw)
        try:
            for size in range(50):
                rcParams["lines.markersize"] = size
                axes = Figure().subplots()
                assert all(spine.get_visible() for spine in axes.spines.values())
                assert rcParams["lines.markersize"] == size
        finally:
            rcParams["lines.markersize"] = rcParamsDefault["lines.markersize"]
            done.set()
        drawing.result(20)


def test_pyplot_is_not_imported():
    """Its figures are the whole process's, and it may open a window."""
    code = (
        "import sys; import pandas as pd; from bpflab.views import bars, lines;"
        "frame = pd.DataFrame({'a': [1, 2]});"
        "lines(frame, 't', y='n', log=True), bars(frame['a'], 't', unit='n');"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_draw_the_same():
    """Different charts at once, none of them in the main thread, as each is alone."""
    counts = pd.Series({"ps": 250, "$ls$": 1000, "日本": 500})
    times = pd.date_range("2024-02-03 10:00:03", periods=20, freq="s", tz="UTC")
    kinds = [
        lambda: lines(COST, "t", y="ns"),
        lambda: lines(COST, "t", y="ns", log=True),
        lambda: lines(pd.DataFrame({"a": range(20)}, index=times), "t", y="n"),
        lambda: bars(counts, "t", unit="$n$"),
    ]
    wanted, settings = [kind() for kind in kinds], dict(rcParams)
    start = threading.Barrier(4)

    def draw(at):
        assert threading.current_thread() is not threading.main_thread()
        start.wait(timeout=60)
        return kinds[at % 4]()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, range(24))) == wanted * 6
    assert dict(rcParams) == settings


def test_numbers_that_have_no_difference_are_gaps():
    """Infinity, and what is so large or so small that arithmetic ends there."""
    ends = pd.DataFrame({"a": [1e-300, 1.0, 9e299]}, index=[5e-324, 1, 2])
    assert len(marks(lines(ends, "t", y="n", log=True), "#0072b2")[0]) == 1
    frame = pd.DataFrame({"a": [1.0, np.inf, 2.0, 3.0, -1e308, 1e308, 4.0]})

    assert len(strokes(lines(frame, "t", y="n"), "#0072b2")) == 1
    assert [len(stroke) for stroke in strokes(lines(frame, "t", y="n"), "#0072b2")] == [2]
    assert len(marks(lines(frame, "t", y="n"), "#0072b2")[0]) == 4


def test_an_empty_chart_says_so():
    """Both axes have their names, and no marks that would count what is not there."""
    frame = pd.DataFrame({"a": [None, None]}, index=pd.Index([1, 2], name="seconds"))
    assert words(lines(frame, "t", y="ns")) == ["seconds", "ns", "no numbers"]
    assert words(lines(pd.DataFrame(), "t", y="ns"))[-1] == "no numbers"
    none = bars(pd.Series([], dtype=float), "t", unit="calls")
    assert words(none) == ["calls", "no rows"]
    assert none.text.endswith("no rows")


def test_times_are_marked_at_round_ones():
    """In their own zone; the day they share is said once."""
    times = pd.date_range("2024-02-03 10:00:03", periods=20, freq="s", tz="Asia/Kolkata")
    frame = pd.DataFrame({"a": range(20)}, index=times.rename("time"))
    said = words(lines(frame, "t", y="n"))

    assert {"10:00:05", "10:00:10", "10:00:20", "time (2024-02-03 IST)"} <= set(said)


def test_words_that_do_not_fit_are_left_out():
    """Every n-th stands, so that none is written over another."""
    frame = pd.DataFrame({"a": range(60)}, index=[f"command-{at}" for at in range(60)])
    said = [word for word in words(lines(frame, "t", y="n")) if word.startswith("command")]
    numbers = [int(word.removeprefix("command-")) for word in said]

    assert 3 < len(said) < 10
    assert len(set(np.diff(numbers))) == 1
    assert numbers[0] == 0


def lengths(view):
    """Return how long each bar is, from the top."""
    bars = [path for path in chart(view).iter(f"{SVG}path") if "#0072b2" in path.get("style", "")]
    places = [[float(n) for n in re.findall(r"[\d.]+", bar.get("d"))] for bar in bars]
    return [max(place[::2]) - min(place[::2]) for place in places]


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


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_of_bars_are_only_text(name):
    """As index value, index name, caption and unit."""
    text = name if isinstance(name, str) else repr(name)
    view = bars(pd.Series([3, 2, 1], index=pd.Index([name, text, "z"], name=text)), text, unit=text)

    for side in (view.html, view.text, ET.tostring(chart(view), encoding="unicode")):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066\ud800-\udfff]", side)
        side.encode("utf-8")
    tags = {node.tag.removeprefix(SVG) for node in chart(view).iter()}
    assert tags == {"svg", "defs", "style", "path", "text"}
    assert len(view.text.split("\n")) == 6


def test_a_long_name_leaves_room_for_its_bar():
    """40 columns of it are drawn, 80 are in the text; escapes and wide characters count."""
    for name in (b"/tmp/" + b"x" * 4096, b"\xff" * 4096, "日" * 4096, "\u202e" * 4096):
        view = bars(pd.Series([4, 2], index=[name, "ls"]), "t", unit="n")
        assert 150 < lengths(view)[0] < 400
        assert len(view.text) < 500
        assert " more)" in words(view)[0]
