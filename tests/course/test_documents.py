"""The documents that people read first: what they name is there."""

import re
from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from bpflab.course.notebooks import lessons
from bpflab.paths import NUMBER, ROOT, number_of

DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "docs/design.md",
    "docs/instructor.md",
    "docs/names.md",
    "docs/releasing.md",
    "lima/README.md",
]
INLINE = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
REFERENCE = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
LONGEST = 120


@pytest.fixture(params=DOCUMENTS)
def document(request):
    """Give each document in turn."""
    return ROOT / request.param


def test_its_links_lead_somewhere(document):
    """Each file of this repository that a document links to is there, and pictures say what."""
    text = document.read_text(encoding="utf-8")
    places = [place for _, _, place in INLINE.findall(text)]
    places += [place for _, place in REFERENCE.findall(text)]
    local = [place.partition("#")[0] for place in places if "://" not in place]

    assert [place for place in local if not (document.parent / place).exists()] == []
    assert [place for bang, alt, place in INLINE.findall(text) if bang and len(alt) < 40] == []


def test_its_references_are_defined_and_used(document):
    """A link by a name has its address, and no address is left over."""
    text = document.read_text(encoding="utf-8")
    used = {name for _, name in re.findall(r"\[([^\]]+)\]\[([^\]]+)\]", text)}

    assert used == {name for name, _ in REFERENCE.findall(text)}


def test_its_lines_are_short(document):
    """A sentence begins on a line of its own, so that a difference shows what was changed."""
    lines = document.read_text(encoding="utf-8").splitlines()

    assert [number for number, line in enumerate(lines, 1) if len(line) > LONGEST] == []


def test_the_design_names_modules_that_are_there():
    """Each row of the first table is a package or a module of the package that it stands under."""
    text = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    table = text.partition("| package, module |")[2].partition("\n\n")[0]
    package, inside, missing = ROOT / "helpers/bpflab", ROOT / "helpers/bpflab", []
    rows = [line.split(" | ")[0] for line in table.splitlines()[2:]]
    for row in rows:
        names = re.findall(r"`(\w+)`", row)
        inside = package / names[0] if "**" in row else inside
        paths = [package / names[0]] if "**" in row else [inside / name for name in names]
        missing += [path for path in paths if not path.is_dir() and not Path(f"{path}.py").exists()]

    assert len(rows) > 40
    assert missing == []


def test_the_readme_has_each_lesson_once():
    """In their order, each with its minutes."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    row = rf"^\| \[({NUMBER}) [^\]]+\]\[\1\] \| .+ \| \d+ \| .+ \|$"
    rows = re.findall(row, text, re.MULTILINE)
    places = [place for name, place in REFERENCE.findall(text) if name[0].isdigit()]

    assert rows == [number_of(path.name) for path in lessons()]
    assert places == [f"notebooks/{path.name}" for path in lessons()]


def test_the_pictures_are_small():
    """A page loads quickly: each picture has less than 200 kB."""
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs/img").iterdir()}

    assert sizes
    assert {name: size for name, size in sizes.items() if size >= 200_000} == {}


def test_the_readme_shows_each_picture():
    """No picture is left over when a new one takes its place."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {place for bang, _, place in INLINE.findall(text) if bang}

    assert shown == {f"docs/img/{path.name}" for path in (ROOT / "docs/img").iterdir()}


def test_a_picture_moves_and_then_stands_still():
    """A live view moves for seconds, at most three times, and the last frame can be read."""
    with Image.open(ROOT / "docs/img/lesson-07-live.gif") as film:
        seconds = [frame.info["duration"] / 1000 for frame in ImageSequence.Iterator(film)]
        again = film.info["loop"]  # 0 is for ever

    assert len(seconds) >= 15
    assert 6 <= sum(seconds[:-1]) <= 12
    assert seconds[-1] >= 3
    assert 1 <= again <= 2
