"""Names that were made to do harm, through every view and every place that shows one."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from bpflab.views import code, diff, table

CORPUS = {
    "script": "<script>alert(1)</script>",
    "script bytes": b"</td></table><script>alert(1)</script>",
    "handler": "<img src=x onerror=alert(1)>",
    "quotes": '" onmouseover="alert(1)" \'',
    "entities": "&lt;script&gt;&amp;#60;",
    "ansi": b"\x1b[2J\x1b[31mred\x9b",
    "bidi": "\u202egpj.exe\u2066\u2069",
    "newlines": "one\ntwo\r\nthree\u2028four\x85five\x0bsix",
    "not utf-8": b"\xff\xfe\xc3(",
    "long": b"A" * 4096,
    "long markup": "<script>" * 512,
    "mathematics": r"$\frac$ \(x\)",
    "surrogate": "\ud800\udfff",
    "nul": b"a\0b\0",
    "comment": "*/ --> <!-- /*",
}
ALLOWED = {
    *("div", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("figure", "figcaption", "pre", "code", "span", "strong", "p", "em"),
}


class Balanced(HTMLParser):
    """Checks that tags nest and that there are none but ours."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.words = []

    def handle_starttag(self, tag, attrs):
        """Know every tag and every attribute."""
        assert tag in ALLOWED
        assert {name for name, _ in attrs} <= {
            *("style", "scope", "align", "colspan", "tabindex", "role", "aria-label"),
        }
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


def parsed(view):
    """Return the words of a view's HTML, once its markup is known to be sound."""
    parser = Balanced()
    parser.feed(view.html)
    parser.close()
    assert parser.open == []
    return "".join(parser.words)


def check(view, rows):
    """Check what holds for every view: nothing acts, in neither of its two forms."""
    assert "<script" not in view.html
    assert "<img" not in view.html
    for shown in (view.html, view.text):
        assert not re.search(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", shown
        )
        shown.encode("utf-8")
    assert len(view.text.split("\n")) == rows
    return parsed(view)


@pytest.mark.parametrize("name", CORPUS.values(), ids=CORPUS)
def test_a_table_shows_a_hostile_name_anywhere(name):
    """As a cell, caption, column name, index value and index name it is only text."""
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    frame = pd.DataFrame({"comm": [name, text], text: [1, 2], ("a", name): [None, [name]]})
    frame.index = pd.Index([name, text], name=text)

    check(table(frame, text), rows=5)
    check(table(frame, text, limit=-1), rows=5)
    check(table(frame, text, columns=[("a", name), text]), rows=5)


@pytest.mark.parametrize("name", CORPUS.values(), ids=CORPUS)
def test_a_listing_shows_a_hostile_source(name):
    """In the code, in a comment, in a string and in the title it is only text."""
    title = name.decode("latin-1") if isinstance(name, bytes) else name
    raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogatepass")
    source = b'%s\n/* %s */\nchar *s = "%s";\n#include <%s>' % (raw, raw, raw, raw)
    count = len(source.split(b"\n"))

    check(code(source, title, marks=["#include"]), rows=count + 1)
    if not isinstance(name, bytes):
        check(code(name, title), rows=len(name.split("\n")) + 1)


@pytest.mark.parametrize("name", CORPUS.values(), ids=CORPUS)
def test_a_change_shows_a_hostile_source(name):
    """On the side that went, the side that came, beside them, and in both titles."""
    title = name.decode("latin-1") if isinstance(name, bytes) else name
    raw = name if isinstance(name, bytes) else name.encode("utf-8", "surrogatepass")
    lines = len(raw.split(b"\n"))

    old, new = b"%s\nint x;\n%s" % (raw, raw), b"%s\nint y;\n%s;" % (raw, raw)
    shown = diff(old, new, title, title, context=99)

    check(shown, rows=3 + lines + 1 + 1 + 2 * lines - (lines - 1))
    check(diff(raw, raw, title, title), rows=1)


def test_a_long_name_is_cut_in_a_cell_and_kept_in_a_listing():
    """The cell says how much more there is; a line of source is shown whole."""
    assert "A" * 512 + "… (3584 more)" in parsed(table(pd.DataFrame({"x": [b"A" * 4096]}), "t"))
    assert "A" * 4096 in parsed(code(b"A" * 4096, "t"))
