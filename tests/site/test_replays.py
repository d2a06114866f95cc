"""What moves on the site was recorded of the lessons as they are, and is inert."""

import ast
import json
import re
from html.parser import HTMLParser

import pytest

from bpflab.course import one_cell
from bpflab.course.notebooks import read
from bpflab.paths import ROOT, number_of
from tests.notebooks.test_lessons import MACHINE
from tests.site.page import LOADS
from tests.site.record import RECORDED, REPLAYS

FILES = sorted(REPLAYS.rglob("*.json"))
MOST_BYTES = 300_000
ACTIVE = {"script", "style", "iframe", "object", "embed", "form", "link", "meta", "base", "a"}
LEADS = LOADS - {"src"} | {"href", "xlink:href"}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def record(request):
    """Give each record, its frames as HTML."""
    found = json.loads(request.param.read_text(encoding="utf-8"))
    html = ["".join(found["parts"][part] for part in parts) for _, parts in found["frames"]]
    return found | {"path": request.param, "html": html}


class _Frame(HTMLParser):
    """What a frame consists of, and what in it is not inert."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.heads, self.words, self.active = set(), [], set(), []
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        has = dict(attrs)
        self._within = tag if tag == "pre" or has.get("scope") == "col" else ""
        loads = has.get("src", "data:image/svg+xml")
        handlers = [name for name in has if name.startswith("on") or name in LEADS]
        inert = loads.startswith("data:image/svg+xml") and "url(" not in (has.get("style") or "")
        if tag in ACTIVE or handlers or not inert:
            self.active.append(self.get_starttag_text())

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within == "pre":
            self.words.update(re.findall("[a-z]+", data))
        elif self._within:
            self.heads.append(data.partition(" (")[0])  # the day stands in parentheses

    @property
    def shape(self):
        """The kinds of its elements, the columns of its table, the names in its graph."""
        return self.tags - {"div"}, self.heads, self.words


def test_there_are_records_of_each_kind_of_view():
    """A table of events, a grid of bytes, the level of a ring, a graph, counters of CPUs."""
    cells = [one_cell.find(name) for name in RECORDED]
    assert len(cells) > 4
    assert sorted(REPLAYS / number_of(c.path.stem) / f"{c.id}.json" for c in cells) == FILES


def test_a_record_is_of_its_cell_as_it_is(record):
    """But for comments; ``./lab test tests/site/record.py`` records it anew."""
    was, now = record["source"], one_cell.find(record["cell"]).source
    assert ast.dump(ast.parse(was)) == ast.dump(ast.parse(now))


def test_its_last_frame_has_the_shape_of_the_stored_output(record):
    """The same columns, or the same names in a graph."""
    cell = one_cell.find(record["cell"])
    (shown,) = (one for one in read(cell.path).cells if one.id == cell.id)
    assert _Frame(record["html"][-1]).shape == _Frame(shown.outputs[0].data["text/html"]).shape


def test_its_frames_move(record):
    """Each differs from the one before, and comes later."""
    times = [ms for ms, _ in record["frames"]]
    assert len(times) >= 10
    assert times[0] == 0 and times == sorted(set(times))
    assert all(old != new for old, new in zip(record["html"], record["html"][1:], strict=False))


def test_its_frames_are_inert(record):
    """Nothing in them runs, leads or loads."""
    assert [fault for html in record["html"] for fault in _Frame(html).active] == []


@pytest.mark.parametrize(
    "html",
    [
        '<td onclick="x">',
        "<img src=//x>",
        "<image xlink:href=//x>",
        "<video poster=//x>",
        '<p style="background:url(//x)">',
    ],
)
def test_what_is_not_inert_is_seen(html):
    """Each way in which an element runs, leads or loads."""
    assert _Frame(html).active


def test_it_is_small_and_says_nothing_of_the_machine(record):
    """No home, no clone and no temporary file."""
    assert record["path"].stat().st_size < MOST_BYTES
    assert [found[0] for html in record["html"] for found in MACHINE.finditer(html)] == []


def test_its_page_has_it_whole(record, site):
    """The page's own copy is the same, and the page says where and when it was recorded."""
    (page,) = (site / "notebooks").glob(f"{record['path'].parent.name}-*.html")
    text = page.read_text(encoding="utf-8")
    bar = text[text.index(f'id="cell-{record["path"].stem}"') :]
    bar = bar[bar.index('<div class="replay"') :]
    copy = re.search('<script type="application/json">(.*?)</script>', bar, re.DOTALL)
    stored = json.loads(record["path"].read_text(encoding="utf-8"))
    assert json.loads(copy[1]) == stored
    assert "<" not in copy[1]  # or a name that has been recorded could end the script
    told = r"Play shows what was recorded on Linux \d+\.\d+, \d+ \w+ 20\d\d\."
    assert re.search(told, bar[: copy.start()])


def test_each_bar_is_of_a_record(site):
    """On all pages together there are as many as records."""
    bars = sum(p.read_text("utf-8").count('<div class="replay"') for p in site.rglob("*.html"))
    assert bars == len(FILES) and ROOT in FILES[0].parents
