"""The learner's progress: what is kept, by several kernels at once, and on a disk that fails."""

import json
import os
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from bpflab import LabError
from bpflab.course import asked, notebooks, progress
from bpflab.course.records import Exercise, Prediction, Progress, dumped, parsed

WRITES = """\
import sys
from pathlib import Path
from bpflab.course import progress
progress.FILE, progress.watched = Path(sys.argv[1]), lambda: True
progress._WAIT_S = 100.0  # the other one writes without a pause, which no reader does
for n in range(200):
    progress.record_exercise(f"{sys.argv[2]}-{n}", "solved")
    progress.record_exercise("00-0", "wrong")
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where progress is kept, in a folder that is not there yet; somebody watches."""
    monkeypatch.setattr(progress, "FILE", tmp_path / "my" / "progress.json")
    monkeypatch.setattr(progress, "watched", lambda: True)
    monkeypatch.setattr(progress, "_said", set())
    return progress.FILE


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two lessons."""
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell('predict("not code")'),
        v4.new_code_cell('predict("Does `it` fit?",\n    "yes", "no")'),
        v4.new_code_cell('%%bpf answer_02_1\nint f(void *c) { check("02-9"); }'),
        v4.new_code_cell('check("02-1")'),
        v4.new_code_cell('predict("How many?")\ncheck("02-2")\nother.check("02-8")'),
    ]
    for name, of in (("02-first-map", cells), ("03-other", [])):
        nbformat.write(v4.new_notebook(cells=of), tmp_path / f"{name}.ipynb")
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)


def test_what_a_lesson_asks_is_read_from_it(course):
    """What its code cells call with a text; not its prose, its C, nor what is called otherwise."""
    first, other = list(asked.of_course())
    assert (first.lesson, first.exercises) == ("02", ("02-1", "02-2"))
    assert first.predictions == ("Does `it` fit?", "How many?")
    assert (other.exercises, other.predictions) == ((), ())


def test_the_lessons_of_the_course_can_be_read():
    """Each of them, however few exercises it has."""
    assert [one.name for one in asked.of_course()] == [path.stem for path in notebooks.lessons()]


def test_the_lesson_of_a_notebook(course, monkeypatch):
    """The server says the notebook's name; without it the question tells."""
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/x/my/07-tail-calls (kept).ipynb")
    assert asked.lesson_here("How many?") == "07"
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/2026-x/Untitled.ipynb")
    assert asked.lesson_here("How many?") == "02"
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert asked.lesson_here("How often?") == ""


def test_an_exercise_is_counted(file):
    """Each try but the untouched cell; solved once is solved."""
    for status in ("untouched", "wrong", "solved", "silent"):
        progress.record_exercise("02-1", status)
    progress.record_exercise("02-2", "wrong")

    first, second = progress.read().exercises
    assert (first.status, first.tries, second.tries, second.solved) == ("silent", 3, 1, "")
    assert first.solved.endswith("+00:00")
    assert file.stat().st_mode & 0o777 == 0o666 & ~current_umask()
    assert sorted(path.name for path in file.parent.iterdir()) == ["progress.json"]


def test_an_exercise_knows_its_first_and_its_last_try(file, monkeypatch):
    """Of tries alone; a file of an older version says nothing of the first one, and has a last."""
    file.parent.mkdir()
    old = {"number": "02-2", "status": "wrong", "tries": 3, "solved": ""}
    file.write_text(json.dumps({"exercises": [old], "predictions": []}))
    for hour, status in enumerate(("untouched", "wrong", "solved", "cannot-run")):
        monkeypatch.setattr(progress, "_now", lambda hour=hour: f"{hour} o'clock")
        progress.record_exercise("02-1", status)
    progress.record_exercise("02-2", "silent")

    first, second = progress.read().exercises
    assert (first.began, first.when, first.status) == ("1 o'clock", "2 o'clock", "cannot-run")
    assert (second.began, second.when, second.tries) == ("", "3 o'clock", 4)


def current_umask():
    """Return this process's mask."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_prediction_takes_the_place_of_an_earlier_one(file):
    """One a question and lesson: the last guess, with what was said of it."""
    progress.record_prediction("02", "Does it fit?", "<yes>\n", None)
    progress.record_prediction("03", "Does it fit?", "no", "surprised")
    progress.record_prediction("02", "Does it fit?", "🐝", "foreseen")

    found = [(one.lesson, one.guess, one.outcome) for one in progress.read().predictions]
    assert found == [("03", "no", "surprised"), ("02", "🐝", "foreseen")]


def test_nothing_is_kept_where_nobody_watches(file, monkeypatch):
    """What is there can be read all the same: the command has no notebook."""
    progress.record_exercise("02-1", "solved")
    monkeypatch.setattr(progress, "watched", lambda: False)
    progress.record_exercise("02-2", "solved")
    progress.record_prediction("02", "?", "1", None)
    assert [one.number for one in progress.read().exercises] == ["02-1"]
    assert progress.read().predictions == ()


def test_two_kernels_write_at_once(file):
    """Nothing of either is lost."""
    command = [sys.executable, "-c", WRITES, str(file)]
    writers = [subprocess.Popen([*command, name]) for name in ("a", "b")]
    assert [writer.wait(timeout=200) for writer in writers] == [0, 0]

    exercises = progress.read().exercises
    assert len(exercises) == 401
    assert next(one.tries for one in exercises if one.number == "00-0") == 400


def test_a_writer_that_is_killed_breaks_nothing(file):
    """The file is whole, nobody holds the lock, and its leftover is removed."""
    command = [sys.executable, "-c", WRITES, str(file), "a"]
    for pause in (0.01, 0.03, 0.05):
        writer = subprocess.Popen(command)
        while not file.exists():
            time.sleep(0.001)
        time.sleep(pause)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        progress.record_exercise("02-1", "solved")
        assert "02-1" in {one.number for one in progress.read().exercises}
        assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"exercises": [',
        "[]",
        "{}",
        '{"exercises": [{"number": 3}], "predictions": []}',
        '{"exercises": [{"number": "02-1", "tries": "1"}], "predictions": []}',
        '{"exercises": [{"tries": 1}], "predictions": []}',
        '{"exercises": [], "predictions": [7]}',
        '{"exercises": [], "predictions": [{"lesson": "", "question": "", "guess": "", '
        '"outcome": 3}]}',
        '{"exercises": ["", 3], "predictions": []}',
        "[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_is_put_aside(file, capsys, text):
    """A line says so, the old one is kept, and each of several damaged ones."""
    raw = text if isinstance(text, bytes) else text.encode()
    file.parent.mkdir()
    for name in ("damaged 1", "damaged 2"):
        file.write_bytes(raw)
        assert progress.read() == Progress()
        progress.record_exercise("02-1", "solved")
        assert [one.number for one in progress.read().exercises] == ["02-1"]
        assert file.with_name(f"progress ({name}).json").read_bytes() == raw
    said = capsys.readouterr().err.splitlines()
    assert "progress.json was damaged: it is progress (damaged 1).json now, and a new" in said[1]
    assert len(said) == 3


def test_what_a_newer_version_has_added_is_kept(file):
    """Its keys and its words are there after the next write, of that row and of others."""
    now = Progress(
        (Exercise("02-1", "wrong", 1), Exercise("02-2")),
        (Prediction("02", "?", "1"), Prediction("02", "!", "2", "foreseen")),
    )
    assert parsed(dumped(now)) == now
    kept = json.loads(dumped(now)) | {"more": [1], "format": 2}
    kept["exercises"][0]["seconds"] = 3
    kept["predictions"][0] |= {"outcome": "half", "sure": True}
    kept["predictions"][1] |= {"sure": False}
    file.parent.mkdir()
    file.write_text(json.dumps(kept))

    progress.record_exercise("02-1", "solved")
    progress.record_prediction("02", "!", "3", None)
    after = json.loads(file.read_text())
    assert after.pop("more") == [1] and after.pop("format") == 2
    assert after["exercises"][1]["seconds"] == 3 and after["exercises"][1]["tries"] == 2
    assert after["predictions"][0] == kept["predictions"][0]
    assert after["predictions"][1]["sure"] is False and after["predictions"][1]["guess"] == "3"
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


FULL = """\
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
exec(sys.argv.pop(3))
print("the cell goes on")
"""


def test_a_full_disk_breaks_no_cell(file):
    """One line in all, and what was there stays."""
    progress.record_exercise("02-1", "solved")
    before = file.read_bytes()
    assert len(before) > 100
    command = [sys.executable, "-c", FULL, str(file), "a", WRITES]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "the cell goes on\n"
    assert done.stderr.count("\n") == 1 and "progress was not stored" in done.stderr
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["progress.json"]


def test_a_folder_that_cannot_be_made(file, capsys):
    """Where a file has its name, as where it may not be written, a line says so, once."""
    file.parent.write_text("")
    progress.record_exercise("02-1", "solved")
    progress.record_exercise("02-1", "solved")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_kernel_that_stands_still_with_the_lock(file, capsys, monkeypatch):
    """Others give up after a while, and their cells go on."""
    file.parent.mkdir()
    monkeypatch.setattr(progress, "_WAIT_S", 0.05)
    with progress._alone(file.parent):
        progress.record_exercise("02-1", "solved")
    assert "not stored" in capsys.readouterr().err
    progress.record_exercise("02-1", "solved")
    assert len(progress.read().exercises) == 1


def test_the_course_as_text_and_as_data(file, course, capsys):
    """A row a lesson: exercises solved and predictions foreseen, of how many it asks."""
    progress.record_exercise("02-1", "solved")
    progress.record_prediction("02", "Does `it` fit?", "no", "foreseen")
    progress.record_prediction("02", "How many?", "7", "surprised")
    progress.record_prediction("02", "My own", "7", "surprised")
    assert progress.main() == 0
    assert capsys.readouterr().out.splitlines() == [
        "lesson        exercises  foreseen  surprised  done",
        "02-first-map  1 of 2     1 of 2    1",
        "03-other",
    ]
    progress.record_exercise("02-2", "solved")
    assert progress.main(as_json=True) == 0
    lesson = json.loads(capsys.readouterr().out)["lessons"][0]
    assert lesson["finished"] and lesson["exercises"] == {"solved": 2, "of": 2}
    assert lesson["predictions"] == {"foreseen": 1, "surprised": 1, "guessed": 2, "of": 2}
    assert progress.frame().loc["02-first-map"].tolist() == ["2 of 2", "1 of 2", "1", "✓"]


@pytest.mark.parametrize(
    "text",
    ["<<<<<<< HEAD", "{}", "[]", '{"cells": [7]}', '{"cells": [{}]}', "[" * 100_000, b"\xff"],
)
def test_a_damaged_lesson_is_left_out(file, course, capsys, text):
    """As after a merge that went wrong: a line says so, and the others are there."""
    damaged = notebooks.NOTEBOOKS / "01-hello.ipynb"
    damaged.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert progress.main() == 0
    printed = capsys.readouterr()
    assert [line.split()[0] for line in printed.out.splitlines()[1:]] == [
        "02-first-map",
        "03-other",
    ]
    (said,) = printed.err.splitlines()
    assert "01-hello.ipynb cannot be read as a notebook" in said and "left out" in said
    assert list(progress.frame().index) == ["02-first-map", "03-other"]
    assert asked.lesson_here("How many?") == "02"
    with pytest.raises(LabError) as refused:
        asked.asked(damaged)
    assert refused.value.kind == "notebook"


def test_it_starts_fast():
    """For the command line it needs nothing but the standard library."""
    ask = (
        "import bpflab.course.progress, sys; print({'pandas', 'numpy', 'IPython'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
