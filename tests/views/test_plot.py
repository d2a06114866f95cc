"""Charts: what is drawn, that it can be read, and that it touches nothing beyond itself."""

import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import rc_context

from bpflab.views import lines, table
from tests.views.drawn import drawn

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
    """Return the points of each line of more than one point in this colour."""
    found = []
    for path in chart(view).iter(f"{SVG}path"):
        points = re.findall(r"[ML] (\S+) (\S+)", path.get("d"))
        if f"stroke: {colour}" in path.get("style", "") and "fill: none" in path.get("style"):
            found.append([(float(x), float(y)) for x, y in points])
    return found


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
            assert x == pytest.approx(np.interp(at, [64, 512], [ring[0][0], ring[2][0]]))
            scale = (ring[2][1] - ring[0][1]) / (311 - 101.5)
            assert y == pytest.approx(ring[0][1] + (number - 101.5) * scale)
            assert scale < 0


def test_every_line_and_axis_has_its_name():
    """The columns, the index and the unit; one column alone needs no legend."""
    assert {"ring", "perf", "bytes", "ns"} <= set(words(lines(COST, "t", y="ns")))
    assert "ring" not in words(lines(COST[["ring"]], "t", y="ns"))


def test_the_same_numbers_give_the_same_bytes():
    """In this process, in another, and whatever style the reader has set."""
    data = {"a": [1, 2.5], "b": [3, None]}
    view = lines(pd.DataFrame(data), "t", y="ns", log=True)
    code = (
        "import pandas as pd; from bpflab.views import lines;"
        f"print(lines(pd.DataFrame({data}), 't', y='ns', log=True).html)"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert lines(pd.DataFrame(data), "t", y="ns", log=True) == view
    assert other.stdout == view.html + "\n"
    with rc_context({"font.size": 20, "lines.linewidth": 9, "axes.facecolor": "black"}):
        assert lines(pd.DataFrame(data), "t", y="ns", log=True) == view


def test_two_charts_on_a_page_do_not_meet():
    """Neither has an id, nor looks one up, nor styles what is not its own."""
    for view in (lines(COST, "t", y="ns"), lines(COST, "t", y="ns", log=True)):
        root = ET.fromstring(view.html)
        assert not [node for node in root.iter() if node.get("id") is not None]
        assert not re.search(r"href|url\(|clip-path|<style|<defs|<use", view.html)


def test_a_mark_stands_at_each_number():
    """Each column has marks of its own shape, in its colour."""
    view = lines(COST, "t", y="ns")
    shapes = []
    for colour, count in (("#0072b2", 3), ("#d55e00", 2)):
        marks = [
            (group.get("transform"), path.get("d"))
            for group in chart(view).iter(f"{SVG}g")
            for path in group.findall(f"{SVG}path")
            if f"fill: {colour}" in group.get("style", "") and group.get("transform")
        ]
        line = strokes(view, colour)[0]
        where = [tuple(map(float, re.findall(r"[\d.]+", at))) for at, _ in marks]
        assert set(line) <= set(where)
        assert len(where) == count + 1  # and one in the legend
        shapes.append({shape for _, shape in marks})
    assert shapes[0].isdisjoint(shapes[1])


def test_a_sixth_line_looks_unlike_the_first():
    """Its colour comes again, its line is dashed."""
    frame = pd.DataFrame({f"c{at}": [at, at + 1] for at in range(6)})
    looks = [
        path.get("style")
        for path in chart(lines(frame, "t", y="ns")).iter(f"{SVG}path")
        if "stroke: #0072b2" in path.get("style", "") and "fill: none" in path.get("style")
    ]

    assert ["dasharray" in look for look in looks] == [False, True] * 2  # the chart, the legend


def test_it_can_be_read_in_every_theme():
    """Text, axes and ticks are dark on the image's own light ground, and it shrinks to fit."""
    view = lines(COST, "t", y="ns", log=True)
    drawn = chart(view)
    around = {child: parent for parent in drawn.iter() if parent is not drawn for child in parent}

    def style(node):
        own = node.get("style", "")
        return own if "fill:" in own or node not in around else style(around[node])

    for text in drawn.iter(f"{SVG}text"):
        for node in list(text) or [text]:
            assert "fill: currentColor" in style(node)
    text = ET.tostring(drawn, encoding="unicode")
    assert "#010203" not in text
    assert "color:#1b1f24;background:#f6f8fa" in drawn.get("style")
    colours = set(re.findall(r"(?:fill|stroke): (#?\w+)", text))
    assert colours == {"none", "currentColor", "#0072b2", "#d55e00", "#b0b0b0"}
    assert {"max-width:100%", "height:auto"} <= set(drawn.get("style").split(";"))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_only_text(name):
    """As column, index name, index value, unit and caption; each is drawn as it is said."""
    text = name if isinstance(name, str) else repr(name)
    frame = pd.DataFrame({name: [1, 2], "b": [3, 4]}, index=pd.Index([name, "z"], name=text))
    view = lines(frame, text, y=text)
    numbers = lines(pd.DataFrame({name: [1, 2], "b": [3, 4]}), text, y=text, log=True)

    for side in (view.html, view.text, numbers.html, numbers.text):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066\ud800-\udfff]", side)
        side.encode("utf-8")
    for html in (view.html, numbers.html):
        assert {node.tag.removeprefix(SVG) for node in ET.fromstring(html).iter()} <= {
            *("figure", "figcaption", "img"),
        }
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
        ET.fromstring(lines(pd.DataFrame({"a": numbers}), "t", y="n", log=True).html)


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


def test_pyplot_and_its_settings_are_left_alone():
    """Pyplot is not even imported; the settings are afterwards what they were."""
    before = dict(matplotlib.rcParams)
    lines(COST, "t", y="ns", log=True)
    assert dict(matplotlib.rcParams) == before

    code = (
        "import sys; import pandas as pd; from bpflab.views import lines;"
        "lines(pd.DataFrame({'a': [1, 2]}), 't', y='n', log=True);"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_threads_draw_the_same():
    """Many at once, none of them the main one; the settings survive it."""
    before = dict(matplotlib.rcParams)
    wanted = lines(COST, "t", y="ns")
    start = threading.Barrier(4)

    def draw(_):
        assert threading.current_thread() is not threading.main_thread()
        start.wait(timeout=60)
        return lines(COST, "t", y="ns")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, range(12))) == [wanted] * 12
    assert dict(matplotlib.rcParams) == before
