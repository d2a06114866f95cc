"""Which lesson runs on a machine: the matrix, and why not."""

import json

import pytest

from bpflab.doctor import Check, lessons
from bpflab.doctor.lessons import Lesson, Survey
from tests.machines import on_a_bare_machine

pytestmark = pytest.mark.usefixtures("root_at_work")


def cells(*sources):
    """Return the text of a notebook with these code cells."""
    made = [{"cell_type": "code", "source": source.splitlines(True)} for source in sources]
    made.insert(1, {"cell_type": "markdown", "source": ["needs(nothing)"]})
    return json.dumps({"cells": made})


@pytest.fixture
def folder(tmp_path):
    """Three lessons that need different things, and a file that is none."""
    made = tmp_path / "notebooks"
    made.mkdir()
    asks = 'from bpflab import needs\n\nneeds("programs", "two CPUs")'
    wishes = 'prefers(\n    {"bpftrace": "it counts alone"}\n)'
    (made / "01-one.ipynb").write_text(cells(asks, wishes, "lesson.needs('kprobes')"))
    (made / "02-two.ipynb").write_text(cells('needs("programs", "clang")'))
    (made / "03-three.ipynb").write_text(cells('needs("programs")'))
    (made / "notes.ipynb").write_text("nothing")
    return made


def test_a_lesson_is_read_from_its_own_calls(folder):
    """The calls of plain functions in code cells count; methods and prose do not."""
    found = lessons.read(folder / "01-one.ipynb")
    assert found == Lesson("01-one", ("programs", "two CPUs"), {"bpftrace": "it counts alone"})


def test_survey(machine, folder):
    """Each feature that a lesson names is asked once, and each lesson has its answer."""
    found = lessons.survey(machine, folder)
    assert list(found.found) == ["programs", "clang", "two CPUs", "bpftrace"]
    assert [row["status"] for row in found.as_data()] == ["runs", "runs", "runs"]
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    rows = lessons.survey(machine, folder).as_data()
    assert [row["status"] for row in rows] == ["runs in part", "cannot run", "runs"]
    assert [row["missing"] for row in rows] == [["bpftrace"], ["clang"], []]
    assert rows[0]["prefers"] == {"bpftrace": "it counts alone"}


def test_what_is_needed_hides_what_is_preferred(machine, folder):
    """A lesson that cannot run is not said to run in part."""
    machine.cpus = 1
    machine.remove("/usr/bin/bpftrace")
    row = lessons.survey(machine, folder).as_data()[0]
    assert (row["status"], row["missing"]) == ("cannot run", ["two CPUs"])


def test_the_matrix_as_text(machine, folder):
    """A sign where a lesson names a feature, what stops lessons and its fix, and the numbers."""
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    assert lessons.survey(machine, folder).as_text().splitlines() == [
        "          01 02 03",
        "programs   ✓  ✓  ✓",
        "clang         ✗",
        "two CPUs   ✓",
        "bpftrace   -",
        "✓ here   - not here, and the lesson shows less   ✗ not here",
        "",
        "02 cannot run: without clang, not installed: it compiles what libbpf loads",
        "   fix  sudo apt-get install clang",
        "01 runs in part: without bpftrace, it counts alone",
        "3 lessons: 1 run, 1 in part, 1 cannot run",
    ]


def test_a_long_reason_is_wrapped_and_a_fix_is_not():
    """What stops lessons comes with the lessons and each line of its fix."""
    fix = f"sudo {'x' * 120}\n./lab"
    found = {
        "programs": Check("programs", "fault", "no right " * 20 + "to", fix),
        "bpftrace": Check("bpftrace", "fault", "not installed", "apt-get install bpftrace"),
    }
    three = [
        Lesson("01-a", ("programs",), {"bpftrace": "it counts alone"}),
        Lesson("02-b", ("programs",)),
        Lesson("05-e", (), {"bpftrace": "it counts alone"}),
    ]
    text = Survey(three, found).as_text().partition("\n\n")[2]
    assert " ".join(text.split()) == (
        "01, 02 cannot run: without programs, " + "no right " * 20 + "to "
        f"fix sudo {'x' * 120} fix ./lab "
        "05 runs in part: without bpftrace, it counts alone "
        "3 lessons: none run, 1 in part, 2 cannot run"
    )
    assert all(len(row) <= 100 for row in text.splitlines() if "fix" not in row)


def test_frames(machine, folder):
    """The notebook's tables: the same signs, and a row for each thing that is missing."""
    machine.remove("/usr/bin/clang")
    machine.remove("/usr/bin/bpftrace")
    found = lessons.survey(machine, folder)
    assert found.frame()["02"].to_dict() == {
        "programs": "✓", "clang": "✗", "two CPUs": "", "bpftrace": "",
    }  # fmt: skip
    rows = found.reasons()
    assert rows[["lesson", "without", "fix"]].values.tolist() == [
        ["01-one", "bpftrace", ""],
        ["02-two", "clang", "sudo apt-get install clang"],
    ]


def test_without_notebooks(machine, tmp_path):
    """A package that stands alone has no lessons, and says so."""
    found = lessons.survey(machine, tmp_path / "nowhere")
    assert (found.as_data(), found.found) == ([], {})
    assert "lessons are not here" in found.as_text()


def test_bare_machine(tmp_path):
    """The matrix needs nothing but the standard library, and knows all lessons of this clone."""
    said = on_a_bare_machine(
        tmp_path,
        "survey = doctor.survey(machine)",
        "print(survey.as_text())",
        "print(len(survey.as_data()), 'pandas' in sys.modules, 'bcc' in sys.modules)",
        seconds=60,
    )
    count = len(list(lessons.NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")))
    assert said.splitlines()[-1] == f"{count} False False"
    assert f"{count} lessons: none run, none in part, {count} cannot run" in said
