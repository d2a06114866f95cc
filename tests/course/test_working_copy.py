"""The learner's own lessons: made, updated while nobody has edited them, and started over."""

import contextlib
import errno
import json
import os
import stat
import subprocess
from pathlib import Path

import nbformat
import pytest

from bpflab import LabError, cli, files, paths
from bpflab.course import notebooks, working_copy
from bpflab.course.working_copy import fresh, update
from tests.course.test_notebooks import code, store, stream, text

LESSON = (
    text("# Title", id="title"),
    code("1 + 1", id="one", outputs=[stream("2")], execution_count=1),
)
OTHER = (
    text("# Title", id="title"),
    code("2 + 2", id="one", outputs=[stream("4")], execution_count=1),
)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """Give the test a clone of two lessons, whose `my/` is not there yet."""
    stored = tmp_path / "notebooks"
    for name in ("img", "solutions"):
        (stored / name).mkdir(parents=True)
    (stored / "solutions/01.md").write_text("42\n")
    store(stored / "01-a.ipynb", *LESSON)
    store(stored / "02-b.ipynb", *LESSON)
    for module in (notebooks, working_copy):
        monkeypatch.setattr(module, "NOTEBOOKS", stored)
    for module in (paths, working_copy):
        monkeypatch.setattr(module, "MY", tmp_path / "my")
    return tmp_path


@pytest.fixture
def lesson(clone):
    """Give the test a clone whose `my/` is made, as the stored and the learner's lesson 01."""
    list(update())
    return clone / "notebooks/01-a.ipynb", clone / "my/01-a.ipynb"


def save(path, change):
    """Save a notebook as JupyterLab does: read, changed, written in place by nbformat."""
    nb = nbformat.read(path, 4)
    change(nb)
    nbformat.write(nb, path)


def runs(nb):
    """Run the last cell: it gets an output, its metadata times, and an empty cell follows it."""
    nb.cells[-1].outputs = [nbformat.v4.new_output("stream", text="2")]
    nb.cells[-1].execution_count = 5
    nb.cells[-1].metadata["execution"] = {"iopub.status.busy": "2026"}
    nb.metadata["language_info"] = {"name": "python", "version": "3.11.2"}
    nb.cells.append(nbformat.v4.new_code_cell(""))


def edits(nb):
    """Change a cell's text."""
    nb.cells[-1].source = "1 + 3"


def test_the_first_copy_is_each_lesson_without_what_was_shown(clone):
    """Sources, ids, tags and folds are there, outputs and counts are not; one line says so."""
    folds = store(
        clone / "notebooks/03-c.ipynb", code("x", "plumbing", id="x", outputs=[stream("x")])
    )
    folds.write_text(notebooks.dumps(notebooks.normalise(notebooks.read(folds))))
    assert list(update()) == ["my/ has your own copy of the 3 lessons."]
    copy = nbformat.read(clone / "my/01-a.ipynb", 4)
    assert [cell.source for cell in copy.cells] == ["# Title", "1 + 1"]
    assert (copy.cells[1].id, copy.cells[1].outputs) == ("one", [])
    assert copy.cells[1].execution_count is None
    (folded,) = nbformat.read(clone / "my/03-c.ipynb", 4).cells
    assert folded.metadata == {"tags": ["plumbing"], "jupyter": {"source_hidden": True}}
    assert (clone / "my/solutions/01.md").read_text() == "42\n"
    assert Path(clone / "my/img").readlink() == Path("../notebooks/img")


def test_a_real_lesson_is_valid(monkeypatch, tmp_path):
    """Each lesson of the course becomes a notebook of format 4 that nothing has run."""
    monkeypatch.setattr(working_copy, "MY", tmp_path / "my")
    list(update())
    assert len(notebooks.lessons()) == len(list((tmp_path / "my").glob("*.ipynb")))
    for path in (tmp_path / "my").glob("*.ipynb"):
        nbformat.validate(json.loads(path.read_text()))
        assert '"execution_count": null' in path.read_text()


@pytest.mark.parametrize("change", [lambda nb: None, runs, edits], ids=["saved", "run", "edited"])
def test_while_the_course_is_the_same_a_lesson_stays_as_it_is(lesson, change):
    """Outputs and all, without a word, whatever the course's own lesson shows by now."""
    stored, own = lesson
    save(own, change)
    before = own.read_bytes(), own.stat().st_ino
    store(stored, LESSON[0], LESSON[1] | {"outputs": [stream("3")], "execution_count": 7})
    assert list(update()) == []
    assert (own.read_bytes(), own.stat().st_ino) == before


@pytest.mark.parametrize("change", [lambda nb: None, runs], ids=["saved", "run"])
def test_an_update_reaches_a_lesson_that_nobody_has_edited(lesson, change):
    """Outputs are no edit, and an empty cell at the end is none."""
    stored, own = lesson
    save(own, change)
    store(stored, *OTHER)
    (line,) = update()
    assert line.startswith("my/01-a.ipynb is new")
    assert [cell.source for cell in nbformat.read(own, 4).cells] == ["# Title", "2 + 2"]
    assert list(update()) == []


def test_a_new_fold_is_an_update(lesson):
    """Although no text changes."""
    stored, own = lesson
    folds = {"tags": ["plumbing"], "jupyter": {"source_hidden": True}}
    store(stored, LESSON[0], LESSON[1] | {"metadata": folds})
    assert len(list(update())) == 1
    assert nbformat.read(own, 4).cells[1].metadata == folds


def adds(nb):
    """Add a cell."""
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("mine"))


def drops(nb):
    """Remove a cell."""
    del nb.cells[0]


def turns(nb):
    """Make prose of code."""
    nb.cells[1] = nbformat.v4.new_markdown_cell(nb.cells[1].source)


@pytest.mark.parametrize("change", [edits, adds, drops, turns])
def test_an_edited_lesson_is_never_overwritten(lesson, change):
    """It stays, and one line names it and what starts it over, as long as the course is newer."""
    stored, own = lesson
    save(own, change)
    before = own.read_bytes()
    store(stored, *OTHER)
    for _ in range(2):
        (line,) = update()
        assert line.startswith("my/01-a.ipynb is edited") and "./lab fresh 01 " in line
    assert own.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b'{"cells": [', b"[]", b"{}", b"\xff\xfe", b'{"cells": [1], "metadata": {}}']
)
def test_what_cannot_be_read_is_the_learners(lesson, content):
    """A half-saved or damaged file stays, and the line says so; `fresh` mends it."""
    stored, own = lesson
    own.write_bytes(content)
    (line,) = update()
    assert "cannot be read" in line and "./lab fresh 01 " in line
    assert own.read_bytes() == content
    fresh(stored)
    assert own.with_name("01-a (1).ipynb").read_bytes() == content
    assert list(update()) == []


def test_a_notebook_that_the_course_did_not_give_stays(lesson):
    """One that came from elsewhere under a lesson's name has no mark, so it counts as edited."""
    _, own = lesson
    store(own, *LESSON)
    before = own.read_bytes()
    (line,) = update()
    assert "is edited" in line
    assert own.read_bytes() == before


def test_a_removed_lesson_stays_and_a_missing_one_comes_back(lesson):
    """What the course no longer has is the learner's; what they deleted is written again."""
    stored, own = lesson
    stored.unlink()
    store(stored.with_name("03-c.ipynb"), *OTHER)
    own.with_name("02-b.ipynb").unlink()
    assert len(list(update())) == 1
    own.with_name("02-b.ipynb").unlink()
    before = own.read_bytes()
    assert list(update()) == ["Written into my/: 02-b.ipynb."]
    assert own.read_bytes() == before


def test_a_file_that_is_saved_meanwhile_wins(lesson, monkeypatch):
    """JupyterLab opens the file, is slow, and writes after the update: what it writes is kept."""
    stored, own = lesson
    store(stored, *OTHER)
    replace, opened = files.replace_text, []

    def late(path, text):
        """Replace after JupyterLab has opened the file, which empties it."""
        opened.append(own.open("w"))
        replace(path, text)

    monkeypatch.setattr(files, "replace_text", late)
    (line,) = update()
    assert "is edited" in line
    with opened[0] as file:
        file.write("typed")
    assert own.read_text() == "typed"
    assert [path.name for path in own.parent.glob(".*")] == []


def test_fresh_starts_over_and_never_loses_an_older_copy(lesson):
    """Each time the old one gets a name that nothing has."""
    stored, own = lesson
    assert "nothing was done" in fresh(stored)
    for number in (1, 2):
        save(own, edits)
        before = own.read_bytes()
        assert f"what was there is now my/01-a ({number}).ipynb." in fresh(stored)
        assert own.with_name(f"01-a ({number}).ipynb").read_bytes() == before
    assert nbformat.read(own, 4).cells[1].source == "1 + 1"
    own.unlink()
    assert fresh(stored) == "my/01-a.ipynb is written."
    assert len(list(own.parent.glob("01-a*"))) == 3
    assert list(update()) == []  # the copies are no lessons


def test_fresh_takes_the_newer_lesson(lesson):
    """Whoever had edited the old one gets the course's, and no line any more."""
    stored, own = lesson
    save(own, edits)
    store(stored, *OTHER)
    fresh(stored)
    assert nbformat.read(own, 4).cells[1].source == "2 + 2"
    assert list(update()) == []


def test_the_command_takes_a_number_or_what_the_shell_completes(lesson, capsys):
    """And names the lessons that there are, as `run` does."""
    assert cli.main(["fresh", "1", "my/02-b.ipynb"]) == 0
    assert capsys.readouterr().out.count("nothing was done") == 2
    assert cli.main(["fresh", "7"]) == 2
    assert capsys.readouterr() == ("", "There is no lesson '7'; the lessons: 01-a, 02-b.\n")


def test_a_damaged_lesson_of_the_course_names_itself(lesson):
    """As after a merge that went wrong: the learner's stays, and the others are brought up."""
    stored, own = lesson
    before = own.read_bytes()
    stored.write_text("<<<<<<< HEAD\n")
    store(stored.with_name("02-b.ipynb"), *OTHER)
    fault, line = update()
    assert fault.startswith("notebooks/01-a.ipynb cannot be read as a notebook")
    assert "git checkout notebooks/01-a.ipynb" in fault
    assert line.startswith("my/02-b.ipynb is new")
    with pytest.raises(LabError, match=r"notebooks/01-a\.ipynb cannot be read"):
        fresh(stored)
    assert own.read_bytes() == before


@contextlib.contextmanager
def nobody():
    """Be an ordinary user, to whom the clone does not belong."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


of_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another, or mount")


@pytest.fixture
def readable(lesson):
    """Give the test the two lessons, where every user may go."""
    _, own = lesson
    for folder in [own.parent, *own.parents]:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if mode & 0o055 != 0o055:  # of /tmp, which is on the way, the mode stays
            folder.chmod(mode | 0o055)
    return lesson


@of_root
@pytest.mark.parametrize("owned", ["my", "all lessons"])
def test_what_belongs_to_another_user_is_named(readable, owned):
    """It would be no help to open a lesson that cannot be saved: the fault says how to get it."""
    stored, own = readable
    if owned == "all lessons":
        os.chown(own.parent, 65534, -1)
    store(stored, *OTHER)
    before = own.read_bytes()
    for attempt in (lambda: list(update()), lambda: fresh(stored)):
        with nobody(), pytest.raises(LabError) as caught:
            attempt()
        assert caught.value.kind == "not-yours"
        assert f'sudo chown -R "$USER" "{own.parent}"' in caught.value.fix
    assert own.read_bytes() == before


@of_root
def test_one_lesson_of_another_user_keeps_no_other_from_its_update(readable):
    """It is named with what gives it back, and the lab opens."""
    stored, own = readable
    for path in (own.parent, own.with_name("02-b.ipynb")):
        os.chown(path, 65534, -1)
    for lesson in (stored, stored.with_name("02-b.ipynb")):
        store(lesson, *OTHER)
    before = own.read_bytes()
    with nobody():
        fault, line = update()
    assert "Not yours, so that nothing could be saved there: my/01-a.ipynb." in fault
    assert f'sudo chown -R "$USER" "{own.parent}"' in fault
    assert line.startswith("my/02-b.ipynb is new") and own.read_bytes() == before


@of_root
def test_ones_own_lesson_may_be_read_only(readable):
    """It is no other user's, and an update keeps its mode."""
    stored, own = readable
    for path in (own.parent, own, own.with_name("02-b.ipynb")):
        os.chown(path, 65534, -1)
    own.chmod(0o444)
    store(stored, *OTHER)
    with nobody():
        (line,) = update()
        assert "nothing was done" in fresh(stored)
    assert line.startswith("my/01-a.ipynb is new") and own.stat().st_mode & 0o777 == 0o444


def test_where_the_disk_has_no_hard_links(lesson, monkeypatch):
    """As a USB stick: an older lesson stays and the others go on; a start over keeps a copy."""
    stored, own = lesson
    before = own.read_bytes()
    store(stored, *OTHER)
    own.with_name("02-b.ipynb").unlink()

    def link(*_, **__):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    older, written = update()
    assert older.startswith("my/01-a.ipynb is older than the course's lesson, and stays: Operation")
    assert "./lab fresh 01 " in older and written == "Written into my/: 02-b.ipynb."
    assert own.read_bytes() == before
    assert "what was there is now my/01-a (1).ipynb." in fresh(stored)
    assert own.with_name("01-a (1).ipynb").read_bytes() == before
    assert nbformat.read(own, 4).cells[1].source == "2 + 2"
    assert list(update()) == []


def test_where_the_disk_has_no_symbolic_links_either(clone, monkeypatch):
    """The lessons are there all the same; what they link to is in notebooks/."""

    def symlink_to(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "symlink_to", symlink_to)
    assert list(update()) == ["my/ has your own copy of the 2 lessons."]


@pytest.fixture
def disk(clone, monkeypatch):
    """Give the test a small disk, on which `my/` is to be."""
    disk = clone / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32k", "none", disk], check=True)
    for module in (paths, working_copy):
        monkeypatch.setattr(module, "MY", disk / "my")
    yield disk
    subprocess.run(["umount", disk], check=True)


def fill(disk):
    """Leave no room."""
    with contextlib.suppress(OSError), (disk / "x").open("wb", buffering=0) as full:
        while full.write(b"x" * 4096):
            pass


def forbid(disk):
    """Make it read-only."""
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


@of_root
@pytest.mark.parametrize(
    ("change", "reason"),
    [(fill, "No space left on device"), (forbid, "Read-only file system")],
)
def test_on_a_disk_that_takes_nothing_all_stays_as_it_was(clone, disk, change, reason):
    """An update says it and goes on, so that the lab opens; a start over is refused."""
    list(update())
    stored, own = clone / "notebooks/01-a.ipynb", disk / "my/01-a.ipynb"
    save(own, runs)
    before, names = own.read_bytes(), sorted(own.parent.iterdir())
    change(disk)
    assert list(update()) == []
    store(stored, *OTHER)
    (line,) = update()
    assert "my/01-a.ipynb is older" in line and reason in line
    with pytest.raises(LabError, match=reason) as caught:
        fresh(stored)
    assert caught.value.kind == "not-written"
    assert own.read_bytes() == before and own.stat().st_nlink == 1
    assert sorted(own.parent.iterdir()) == names


@of_root
@pytest.mark.parametrize("change", [fill, forbid])
def test_without_any_lesson_the_lab_does_not_open(disk, change, capsys):
    """There would be nothing to see."""
    (disk / "x").touch()
    change(disk)
    assert cli.main(["update"]) == 1
    assert "cannot be written" in capsys.readouterr().err
