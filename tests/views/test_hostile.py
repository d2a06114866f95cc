"""Names that were made to do harm, through every view and every place that shows one."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pandas as pd
import pytest

from bpflab.errors import LabError, Place
from bpflab.text import safe_text
from bpflab.views import (
    accounted,
    flow,
    grid,
    plot,
    table,
)
from bpflab.views.code import code, diff
from bpflab.views.refusal import refusal
from bpflab.views.side_by_side import Side, side_by_side
from bpflab.views.svg import label
from tests.views.drawn import drawn

SVG = "{http://www.w3.org/2000/svg}"
CORPUS = {
    "script": "</svg><script>alert(1)</script>",
    "script bytes": b"</td></table><script>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "quotes": '" onmouseover="alert(1)" onload=\'x\' &amp; -->',
    "entities": "&lt;script&gt;&amp;#60;",
    "ansi": b"\x1b[2J\x1b[31mred\x9b",
    "bidi": "\u202egpj.exe\u2066\u2069",
    "newlines": "one\ntwo\r\nthree\u2028four\x85five\x0bsix",
    "not utf-8": b"\xff\xfe\xc3(<b>",
    "long": b"A" * 4096,
    "long markup": "<script>" * 512,
    "mathematics": r"$x$ and $\frac$ \(x\) a\$ $",
    "surrogate": "\ud800\udfff",
    "nul": b"a\0b\0",
    "comment": "*/ --> <!-- /*",
    "underscore": "_hidden",
    "like our own": 'id="axes_1" url(#x) #010203; font-size: 13px; xlink:href "M 1 ',
    "spaces": " > < \u00a0",
    "wide": "日本語",
    "nothing": "",
}
TAGS = {
    *("div", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li"),
    *("figure", "figcaption", "pre", "code", "span", "strong", "p", "em", "img"),
    *("details", "summary"),
}
ATTRIBUTES = {
    *("style", "scope", "align", "colspan", "tabindex", "role", "aria-label", "title"),
    *("alt", "width", "src"),
}
DRAWN = {"svg", "defs", "style", "g", "path", "use", "text", "clipPath", "rect", "polygon"}
UNSAFE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
every_name = pytest.mark.parametrize("name", CORPUS.values(), ids=CORPUS)


class Balanced(HTMLParser):
    """Checks that tags nest and that there are none but ours."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        """Know every tag and every attribute."""
        assert tag in TAGS
        assert {name for name, _ in attrs} <= ATTRIBUTES
        self.open.append(tag)

    def handle_endtag(self, tag):
        """Close what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the words."""
        self.words.append(data)

    def handle_comment(self, data):
        """There is none."""
        pytest.fail(f"a comment: {data!r}")


def check(view, rows):
    """Check what holds for every view, and return its words: nothing acts, in neither form."""
    for shown in (view.html, view.text):
        assert not UNSAFE.search(shown)
        shown.encode("utf-8")
    assert "<script" not in view.html
    assert len(view.text.split("\n")) == rows
    parser = Balanced()
    parser.feed(view.html)
    parser.close()
    assert parser.open == []
    return "".join(parser.words)


def check_drawn(view, rows, *names):
    """Check a view with an image, too: each name is in it as it is shown, and is only text."""
    check(view, rows)
    root = drawn(view)
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= DRAWN
    assert not UNSAFE.search(ET.tostring(root, encoding="unicode"))
    words = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    assert {label(name) for name in names} <= {*words, ""}


def as_text(name):
    """Return a name as the text that a caption or a unit may be."""
    return name.decode("latin-1") if isinstance(name, bytes) else name


def as_bytes(name):
    """Return a name as the bytes that a file or a buffer may hold."""
    return name if isinstance(name, bytes) else name.encode("utf-8", "surrogatepass")


@every_name
def test_a_table_shows_a_hostile_name_anywhere(name):
    """As a cell, caption, column name, index value and index name it is only text."""
    text = as_text(name)
    frame = pd.DataFrame({"comm": [name, text], text: [1, 2], ("a", name): [None, [name]]})
    frame.index = pd.Index([name, text], name=text)

    check(table(frame, text), rows=5)
    check(table(frame, text, columns=[("a", name), text]), rows=5)
    ledger = {"shown": 2, "produced": 2, "filtered": 0, "dropped": 0}
    check(accounted(table(frame, text), ledger, [1]), rows=7)


@every_name
def test_a_listing_shows_a_hostile_source(name):
    """In the code, in a comment, in a string and in the title it is only text."""
    raw = as_bytes(name)
    source = b'%s\n/* %s */\nchar *s = "%s";\n#include <%s>' % (raw, raw, raw, raw)

    check(code(source, as_text(name), marks=["#include"]), rows=len(source.split(b"\n")) + 1)
    if isinstance(name, str) and name:
        check(code(name, as_text(name)), rows=len(name.split("\n")) + 1)


@every_name
def test_a_change_shows_a_hostile_source(name):
    """On the side that went, the side that came, beside them, and in both titles."""
    raw, title = as_bytes(name), as_text(name)
    count = len(raw.split(b"\n"))
    old, new = b"%s\nint x;\n%s," % (raw, raw), b"%s\nint y;\n%s;" % (raw, raw)

    check(diff(old, new, title, title, context=99), rows=5 + count + 2 * count - (count - 1))
    check(diff(raw, raw, title, title), rows=1)


@every_name
def test_lines_show_a_hostile_name(name):
    """As column, index name, index value, unit and caption it is only text."""
    text = as_text(name)
    frame = pd.DataFrame({name: [1, 2], "b": [3, 4]}, index=pd.Index([name, "z"], name=text))

    check_drawn(plot(frame, text, kind="line", unit=text), 5, name, text)
    check_drawn(
        plot(frame.reset_index(drop=True), text, kind="line", unit=text, loglog=True), 5, name, text
    )


@every_name
def test_bars_show_a_hostile_name(name):
    """As index value, index name, caption and unit it is only text."""
    text = as_text(name)
    counts = pd.Series([3, 2, 1], index=pd.Index([name, text, "z"], name=text))

    check_drawn(plot(counts, text, kind="bar", unit=text), 6, name, text)
    check_drawn(plot({1: 2, 3: 4}, text, kind="hist", unit=text), 7, text)


@every_name
def test_a_graph_shows_a_hostile_name(name):
    """In the title and as a node it is only text."""
    text = as_text(name)
    edges = [("a", text, 7), (text, "b", 1, "return")]

    check_drawn(flow(text, [["a"], [text], ["b"]], edges), 3, text)


@every_name
def test_sides_show_a_hostile_name(name):
    """As a machine's name, in a line that is common and in one that differs, it is only text."""
    text = as_text(name)
    sides = [Side(f"a {text}", [f"is {text}", f"x {text}"]), Side("b", [f"is {text}", "x y"])]

    check(side_by_side(text, sides, f"- {text}"), rows=8)


@every_name
def test_a_grid_shows_hostile_bytes(name):
    """In the title, as a value's name, and as the bytes themselves."""
    text, raw = as_text(name), as_bytes(name)[:100] + bytes(range(256))
    view = grid({text: raw}, text, length=3, rows=99)

    words = check(view, rows=len(view.text.split("\n")))
    assert safe_text(text, 80) in words


@every_name
def test_a_refusal_shows_a_hostile_name(name):
    """As message, file, line, reason, advice, kind and title it is only text."""
    text = as_text(name)
    error = LabError(text, text, place=Place(text, 3, text), why=text, fix=text)

    check(refusal(error, text), rows=5 if text else 3)


def test_a_long_name_is_cut_in_a_cell_and_kept_in_a_listing():
    """The cell says how much more there is; a line of source is shown whole."""
    assert "A" * 512 + "… (3584 more)" in check(table(pd.DataFrame({"x": [b"A" * 4096]}), "t"), 4)
    assert "A" * 4096 in check(code(b"A" * 4096, "t"), 2)
