"""The pages as text: all that is stored is there, each link leads somewhere, nothing is fetched."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest

import bpflab
from bpflab.course.notebooks import lessons
from bpflab.paths import ROOT
from tests.site.page import Page

ELSEWHERE = re.compile(r"(?i)(?:https?:)?//")
FETCHES = re.compile(r"""(?i)@import|url\(\s*["']?(?:https?:)?//|fetch\(|importScripts""")
MOST_BYTES = 20_000_000


@pytest.fixture(scope="module")
def pages(site):
    """Give each page by its address."""
    return {str(path.relative_to(site)): Page(path) for path in site.rglob("*.html")}


class _Shown(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.unseen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unseen = tag in ("style", "script")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = False

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.text.append(data)


def _squeezed(text):
    return "".join(re.sub(r"\x1b\[[\d;]*m", "", text).split())


def _stored(cell):
    """Return the text of each output of a cell, as a page shows it."""
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if "text/html" in data:
            yield "".join("".join(_Shown("".join(data["text/html"])).text).split())
        elif "text/plain" in data:
            yield _squeezed("".join(data["text/plain"]))
        else:
            yield _squeezed("".join(output["text"]))


@pytest.mark.parametrize("lesson", lessons(), ids=lambda path: path.stem)
def test_a_lesson_is_there_whole(pages, lesson):
    """Each cell has an anchor, each line of code and each stored output is on the page."""
    page = pages[f"notebooks/{lesson.stem}.html"]
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    text, places = page.text, {*page.ids}
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    titled = [cell for cell in cells if "".join(cell["source"]).startswith("# ")]

    assert [c["id"] for c in cells if f"cell-{c['id']}" not in places and c not in titled] == []
    assert [c["id"] for c in code if _squeezed("".join(c["source"])) not in text] == []
    assert [c["id"] for c in code for output in _stored(c) if output not in text] == []
    assert f"my/{lesson.name}" in text


def test_no_link_inside_is_dead(pages, site):
    """Neither its page nor the place on it."""
    dead = set()
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            path = (site / name).parent.joinpath(unquote(parts.path)) if parts.path else site / name
            path = path.resolve() / "index.html" if path.is_dir() else path.resolve()
            target = pages.get(str(path.relative_to(site))) if path.is_relative_to(site) else None
            if not path.exists() or (target and parts.fragment not in ("", *target.ids)):
                dead.add(f"{name}: {link}")

    assert sum(len(page.links) for page in pages.values()) > 5000
    assert sorted(dead) == []


def test_an_id_names_one_place(pages):
    """Or a link would lead to another cell."""
    twice = {
        name: double
        for name, page in pages.items()
        if (double := sorted({one for one in page.ids if page.ids.count(one) > 1}))
    }
    assert twice == {}


def test_nothing_is_fetched_from_elsewhere(pages, site):
    """No page, style or script of the site names a place that is not of the site."""
    assert [(n, at) for n, page in pages.items() for at in page.loads if ELSEWHERE.match(at)] == []
    styles = list(site.rglob("*.css"))
    assert styles
    assert [path.name for path in styles if FETCHES.search(path.read_text("utf-8"))] == []


def test_each_picture_has_a_text(pages):
    """For who cannot see it."""
    assert {name: page.bare for name, page in pages.items() if page.bare} == {}


def test_solutions_are_folded(pages):
    """One for each exercise, and what is in it is not read by accident."""
    stored = sorted((ROOT / "notebooks/solutions").glob("*.md"))
    assert len(stored) > 10
    for path in stored:
        numbers = re.findall(r"^\*\*(\S+)\.\*\*", path.read_text("utf-8"), re.MULTILINE)
        html = pages[f"notebooks/solutions/{path.stem}.html"].path.read_text("utf-8")
        folded = re.findall(r'<details id="([^"]+)"><summary>', html)
        assert numbers == folded
        assert "<details open" not in html


def test_all_c_can_be_read(pages):
    """Each file of `bpf/` has a page."""
    files = [path.relative_to(ROOT) for path in (ROOT / "bpf").rglob("*.[ch]")]
    assert len(files) > 100
    assert [path for path in files if f"files/{path}.html" not in pages] == []


def test_c_is_indented_as_written(pages):
    """With blanks, since beside the number of its line a tab would end too early."""
    for path in (ROOT / "bpf").rglob("*.[ch]"):
        shown = pages[f"files/{path.relative_to(ROOT)}.html"].spaced
        lines = enumerate(path.read_text("utf-8").splitlines(), start=1)
        assert [line for n, line in lines if f"{n}{line.expandtabs(8)}\n" not in shown] == [], path


def test_the_solutions_are_listed(pages):
    """On the page that the sidebar leads to, below what it says."""
    stored = sorted(path.stem for path in (ROOT / "notebooks/solutions").glob("*.md"))
    links = pages["docs/site/solutions.html"].links
    listed = [re.sub(r".*/|\.html$", "", link) for link in links[links.index("#solutions") :]]
    assert listed[1 : len(stored) + 1] == stored


def test_what_is_to_do_has_a_box(pages):
    """As on GitHub, and no brackets."""
    text = (ROOT / "docs/instructor.md").read_text(encoding="utf-8")
    page = pages["docs/instructor.html"].text
    assert 0 < text.count("\n- [ ] ") == page.count("☐")
    assert "[]" not in page


def test_each_public_name_is_described(pages):
    """With what it takes, from the sources."""
    page = pages["docs/site/api.html"]
    assert [name for name in bpflab.__all__ if name.lower().replace("_", "-") not in page.ids] == []
    assert "load(name:str,*,text:str|None=None" in page.text
    assert "find(name:str," in page.text and "doctor.find(name" not in page.text


def test_it_is_small(site):
    """A phone reads it."""
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < MOST_BYTES


def test_the_readme_s_pictures_are_told_as_written(site):
    """What stands in a picture's place has a space between two words, at the end of a line too."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    written = [" ".join(alt.split()) for alt in re.findall(r"!\[([^\]]+)\]", text)]
    page = (site / "index.html").read_text(encoding="utf-8")

    assert written
    assert re.findall(r'<img alt="([^"]+)" src="_images/', page) == written
