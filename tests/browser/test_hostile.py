"""Names that were made to do harm, executed for real and shown in a real browser."""

import subprocess
import sys
from collections import Counter

import pytest

from bpflab.text import safe_text

pytestmark = pytest.mark.kernel

NAMES = [
    b"<script>alert(1)</script>",  # a directory, and a file in it
    b"<img src=x onerror=alert(1)>",
    b"<svg onload=alert(1)>",
    b"\"' onmouseover=alert(1) '\"",
    b"]]>--><style>*{display:none}",
    b"&lt;b&gt;&#60;b&#62;",
    b"[x](javascript:alert(1)) **x** `x`",
    b"\x1b[2J\x1b[31mred\x1b]0;title\x07\x9b",
    "\u202egpj.exe\u2066".encode(),
    b"one\ntwo\r\nthree\x0b",
    b"\xff\xfe\xc3(",
    b"<b>" * 84,  # 252 bytes; a file's name has 255 at most
]
FORMULA = r"/bin/$\text{ls}$ \(\phantom{x}\) $$\href{javascript:alert(1)}{x}$$"
SETUP = """
from bpflab import expect, flow, grid, load, plot, run, show, table
import pandas as pd

paths = {paths!r}
execs = load("start_here/execs")
with execs.attached(hook="syscalls:sys_enter_execve"):
    own = run(paths[0])
    for path in paths:
        own += run(path, "-c", "exec /usr/bin/true")
frame = execs.events.frame(own)
frame["path"] = frame["path"].str.removeprefix({start!r})  # or views would cut what is evil
names = frame["path"].drop_duplicates().tolist()
"""
CELLS = {
    "table": "table(frame, names[0], columns=['comm', 'path', 'path_status'])",
    "table's head": "table(pd.DataFrame([range(len(names))], columns=names), names[2])",
    "bars": ("plot(frame.groupby('path', sort=False).size(), names[2], kind='bar', unit=names[3])"),
    "lines": (
        "numbers = pd.DataFrame({name: [1, 2] for name in names[:6]})\n"
        "plot(numbers, names[2], kind='line', unit=names[3])"
    ),
    "flow": (
        "edges = [(a, b, 1) for a, b in zip(names, names[1:])]\n"
        "flow(names[2], [[name] for name in names], edges)"
    ),
    "grid": (
        "raw = [path[-60:] for path in frame['path_bytes'].drop_duplicates()]\n"
        "grid(dict(zip(names, raw)), names[2])"
    ),
    "show": "show('\\n'.join(names), names[2])",
    "refusal": "with expect('no-command'):\n    run(b'/nowhere' + paths[1])",
    "program": "load('<img src=x onerror=alert(1)>', text='int hook(void *ctx) { return 0; }')",
}
SHOWN = ".jp-OutputArea-output"  # in JupyterLab and in an export alike
SETTLED_MS = 2000  # typesetting comes after the page is ready
# What our views are made of; whatever else stands in an output came in through a name.
ALLOWED = {
    *("div", "figure", "figcaption", "pre", "code", "span", "strong", "em", "p", "img", "b", "i"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "ul", "li"),
}
_TAGS = """areas => areas.flatMap(area => [...area.querySelectorAll("*")].map(part => {
    const handlers = part.getAttributeNames().filter(name => name.startsWith("on"));
    return [part.localName, ...handlers].join(" ");
}))"""
_PICTURES = """areas => areas.flatMap(area =>
    [...area.querySelectorAll("img")].map(image => image.src))"""


@pytest.fixture
def paths(tmp_path):
    """Give shells of these names, in a directory of their own."""
    made = []
    for name in NAMES:
        path = bytes(tmp_path / "bin") + b"/" + name
        subprocess.run(["/usr/bin/mkdir", "-p", path.rpartition(b"/")[0]], check=True)
        subprocess.run(["/usr/bin/ln", "-s", "/bin/sh", path], check=True)
        made.append(path)
    return made


@pytest.fixture
def requests(jupyter):
    """Give the addresses that any page of the test asked for, other than those of the lab's."""
    asked = []
    jupyter.page.context.on("request", lambda request: asked.append(request.url))
    return asked


def foreign(areas):
    """Return the elements and handlers in some outputs that are none of our views'."""
    found = Counter(areas.evaluate_all(_TAGS))
    pictures = areas.evaluate_all(_PICTURES)
    return {tag: count for tag, count in found.items() if tag not in ALLOWED}, [
        source for source in pictures if not source.startswith("data:image/svg+xml;base64,")
    ]


def test_it_is_shown_as_text_and_does_nothing(jupyter, requests, paths, tmp_path):
    """No view lets a name act: in the live page, saved and opened again, or exported as HTML."""
    book = jupyter.write(SETUP.format(paths=paths, start=f"{tmp_path}/bin/"), *CELLS.values())
    done = book.run_all()
    assert book.failures() == []
    assert done
    title = jupyter.page.title()
    said = book.cell(1).text
    for name in NAMES:
        assert safe_text(name.rpartition(b"/")[2]) in said
    assert "<img src=x oner" in said  # as a comm

    areas = book.element.locator(SHOWN)
    assert areas.count() >= len(CELLS)
    assert foreign(areas) == ({}, [])
    book.draw_all()
    jupyter.page.screenshot(path=tmp_path / "live.png")
    book.save()
    book = book.reopen()
    assert book.cell(1).text == said
    assert foreign(areas) == ({}, [])
    assert jupyter.page.title() == title
    assert [url for url in requests if not url.startswith((jupyter.lab.address, "data:"))] == []
    assert [url for url in requests if url.endswith("/x")] == []

    html = tmp_path / "exported.html"
    command = [sys.executable, "-m", "nbconvert", "--to=html", f"--output={html}", book.file]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    page = jupyter.page.context.new_page()
    page.on("dialog", jupyter.close_dialog)
    page.route(lambda url: not url.startswith(("file:", "data:")), lambda route: route.abort())
    page.goto(html.as_uri())
    areas = page.locator(SHOWN)
    assert areas.count() >= len(CELLS)
    assert foreign(areas) == ({}, [])
    assert [url for url in requests if url.endswith("/x")] == []
    everything = " ".join(areas.all_text_contents())
    for name in NAMES:
        assert safe_text(name.rpartition(b"/")[2]) in everything
    page.screenshot(path=tmp_path / "exported.png", full_page=True)


def test_it_is_not_typeset(jupyter):
    """A name between dollars is shown as it is, not as the formula that hides it."""
    book = jupyter.write(
        f"import pandas as pd\nfrom bpflab import table\nname = {FORMULA!r}",
        "table(pd.DataFrame({name: [name]}), name)",
    )
    assert book.run_all()
    book.save()
    book = book.reload()
    jupyter.page.wait_for_timeout(SETTLED_MS)
    assert book.cell(1).text.count(FORMULA) == 3
