"""Which lesson runs on a machine: the matrix, and why not."""

import json

import pytest

from bpflab.course import notebooks
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
    wishes = 'optional={"bpftrace": "it counts alone"}'
    asks = f'from bpflab import needs\n\nneeds("programs", "two CPUs", {wishes})'
    (made / "01-one.ipynb").write_text(cells(asks, "lesson.needs('kprobes')"))
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
    assert [(check.name, check.status, check.found) for check in found.checks()] == [
        ("01-one", "ok", "runs"),
        ("02-two", "ok", "runs"),
        ("03-three", "ok", "runs"),
    ]
    machine.remove("/usr/bin/bpftrace")
    machine.remove("/usr/bin/clang")
    part, cannot, runs = lessons.survey(machine, folder).checks()
    assert (part.status, part.fix) == ("note", "")
    assert part.found == "runs in part: without bpftrace, it counts alone"
    assert (cannot.status, cannot.fix) == ("fault", "sudo apt-get install clang")
    assert cannot.found.startswith("cannot run: without clang, not installed")
    assert runs.status == "ok"


def test_what_is_needed_hides_what_is_optional(machine, folder):
    """A lesson that cannot run does not also run in part."""
    machine.cpus = 1
    machine.remove("/usr/bin/bpftrace")
    found = lessons.survey(machine, folder).checks()[0].found
    assert found == "cannot run: without two CPUs, this process may run on one CPU only"


def test_a_fix_comes_once():
    """With the first lesson that it helps, and each line of it once."""
    found = {
        "programs": Check("programs", "fault", "no right", "sudo -v\n./lab"),
        "tracepoints": Check("tracepoints", "fault", "no tracefs", "./lab"),
    }
    asks = [Lesson("01-a", ("programs", "tracepoints")), Lesson("02-b", ("tracepoints",))]
    first, second = Survey(asks, found).checks()
    assert (first.fix, second.fix) == ("sudo -v\n./lab", "")
    assert first.found == "cannot run: without programs, no right; without tracepoints, no tracefs"


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
    """A package that stands alone has no lessons."""
    found = lessons.survey(machine, tmp_path / "nowhere")
    assert (found.checks(), found.found) == ([], {})


def test_bare_machine(tmp_path):
    """It needs nothing but the standard library, and knows all lessons of this clone."""
    text = on_a_bare_machine(
        tmp_path,
        "checks = doctor.survey(machine).checks()",
        "print(doctor.as_text(checks, 'lessons'))",
        "print(len(checks), 'pandas' in sys.modules, 'bcc' in sys.modules)",
        seconds=60,
    )
    count = len(notebooks.lessons())
    assert text.splitlines()[-1] == f"{count} False False"
    assert f"{count} lessons: 0 ok, 0 notes, {count} faults" in text
