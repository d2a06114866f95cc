"""One cell of a lesson: its name, and what it shows once those above it were executed."""

import platform

import pytest

from bpflab import LabError
from bpflab.course import notebooks, one_cell
from bpflab.course.one_cell import Said, find, places, run
from tests.course.test_notebooks import code, store, text

FIRST = (
    text("# t", id="00-text"),
    code("x = 6", id="08b-start"),
    code("import sys\nprint(x * 7)\nprint('late', file=sys.stderr)\n{'x': x}", id="08b-hooks"),
    code("import os\nos._exit(1)", id="never"),
)


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two lessons: one cell of the first would end its kernel, the second fails."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    store(tmp_path / "08b-first.ipynb", *FIRST)
    store(tmp_path / "09-fails.ipynb", code("y = 1/0", id="divides"), code("print(y)", id="after"))


@pytest.mark.parametrize("name", ["08b:hooks", "08b:08b-hooks", "first:hooks", "08b-first:hooks"])
def test_a_cell_is_found_by_its_lesson_and_its_id(course, name):
    """With or without the number that an id may begin with; its own name is the short one."""
    cell = find(name)
    assert (cell.id, str(cell), cell.path.name) == ("08b-hooks", "08b:hooks", "08b-first.ipynb")
    assert str(find("08b:never")) == "08b:never"


def test_an_unknown_cell_names_those_there_are(course):
    """Those that are near; all of them where none is named, each with its first line, since a page
    shows no ids. Prose is no code cell.
    """
    with pytest.raises(LabError, match=r"Lesson 08b has no code cell 'hoks'\.") as caught:
        find("08b:hoks")
    assert caught.value.kind == "no-cell"
    assert caught.value.fix.startswith("Did you mean 08b:hooks?")
    assert caught.value.fix.endswith("./lab run 08b: lists all.")
    for name in ("08b", "08b:"):
        with pytest.raises(LabError, match=r"Which cell of lesson 08b\?") as caught:
            find(name)
        assert "\n08b:hooks                import sys\n" in caught.value.fix
    for name in ("08b:text", "08b:00-text"):
        with pytest.raises(LabError, match="no code cell"):
            find(name)
    with pytest.raises(LabError, match="no lesson '8c'"):
        find("8c:hooks")


def test_a_digest_is_of_the_text(course):
    """Blank lines around it are no part of it."""
    cell = find("08b:hooks")
    same, other = (one_cell.Cell(cell.path, cell.id, t) for t in (f"{cell.source}\n", "print(x)"))
    assert cell.digest == same.digest != other.digest


@pytest.mark.jupyter
def test_what_cells_show_once_those_above_them_have_run(course):
    """As text, of all outputs; nothing below the last one is executed; a lesson may fail."""
    seen = []
    cells = [find(name) for name in ("09:after", "08b:hooks", "08b:start")]
    start, hooks, failed = run(cells, lambda step: seen.append(step.line))
    assert (start.cell, start.lines) == ("08b:start", [])
    assert (hooks.cell, hooks.lines) == ("08b:hooks", ["42", "late", "{'x': 6}"])
    assert (hooks.place, hooks.digest) == ("here", find("08b:hooks").digest)
    assert failed.kind == "cell-failed"
    assert "import os" not in seen


@pytest.mark.parametrize(
    ("release", "version", "kernel"),
    [
        ("6.1.0-41-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.158-1 (2025-11-09)", "6.1.158"),
        ("7.3.4+deb13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 7.3.4-1~bpo13+1 (2026)", "7.3.4"),
        ("6.17.0-5-generic", "#5-Ubuntu SMP PREEMPT_DYNAMIC", "6.17.0"),
        ("7.3", "#1", "7.3"),
    ],
)
def test_the_kernel_by_its_version(monkeypatch, release, version, kernel):
    """Debian's release says which modules fit, and its version which package it is."""
    monkeypatch.setattr(platform, "release", lambda: release)
    monkeypatch.setattr(platform, "version", lambda: version)
    assert one_cell.kernel() == kernel


def test_the_machines_that_are_named():
    """All where none is; a word that is neither is refused, with the names."""
    assert {"here", "debian-12", "debian-13"} <= set(places(["02:null-array"]))
    assert places(["debian-12", "02:x", "here", "debian-12"]) == ["debian-12", "here"]
    with pytest.raises(LabError, match=r"'debian-1' is neither a cell, .* nor a machine") as caught:
        places(["02:x", "debian-1"])
    assert caught.value.kind == "no-guest"
    assert "debian-12" in caught.value.fix


def test_a_record_is_plain_data():
    """It goes through a guest's output as one line of JSON that begins with the cell."""
    assert next(iter(Said.__annotations__)) == "cell"
