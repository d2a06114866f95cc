"""Solutions on the running kernel: each passes the check of its exercise."""

import pytest
from nbformat.v4 import new_notebook

from bpflab.course.headless import execute
from bpflab.course.notebooks import dumps, lessons, read
from tests.course.solutions import exercises, filled, needed, solutions

pytestmark = pytest.mark.kernel


def judged(path):
    """Return the exercises of a lesson that have a check."""
    return {n: one for n, one in exercises(read(path).cells).items() if one.check is not None}


@pytest.mark.parametrize(
    "lesson", [path for path in lessons() if judged(path)], ids=lambda path: path.stem
)
def test_every_solution_is_solved(lesson, tmp_path):
    """In the lesson's own cells, as far as the checks need them, each verdict is "solved"."""
    cells, wanted, last = read(lesson).cells, judged(lesson), set()
    for number, one in wanted.items():
        cells[one.answer].source = filled(cells[one.answer].source, solutions()[number])
        last |= {n for n in range(one.answer, one.check + 1) if cells[n].cell_type == "code"}
    path = tmp_path / lesson.name
    path.write_text(dumps(new_notebook(cells=[cells[n] for n in needed(cells, last)])))

    said = dumps(execute(path))

    for number in wanted:
        assert f"✓ Exercise {number} is solved." in said, said
