"""Solutions on the running kernel: each passes the check of its exercise."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from bpflab.course.headless import execute
from bpflab.course.notebooks import dumps, lessons, read
from tests.course.solutions import exercises, filled, needed, solutions

CLOSE = "from bpflab import close\n\nclose()"


def judged(path):
    """Return the exercises of a lesson that have a check."""
    return {n: one for n, one in exercises(read(path).cells).items() if one.check is not None}


def solved(path):
    """Return the code that a lesson's checks need, with the solutions in their places."""
    cells, last = read(path).cells, set()
    for number, one in judged(path).items():
        cells[one.answer].source = filled(cells[one.answer].source, solutions()[number])
        last |= {n for n in range(one.answer, one.check + 1) if cells[n].cell_type == "code"}
    return [cells[n].source for n in needed(cells, last)] if last else []


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """Execute the cells of all lessons in one kernel; return what the checks show, as text."""
    cells = [new_code_cell(text) for path in lessons() for text in [*solved(path), CLOSE]]
    cells.insert(0, new_code_cell("import bpflab"))  # IPython knows cells of C from here on
    path = tmp_path_factory.mktemp("solutions") / "solved.ipynb"
    path.write_text(dumps(new_notebook(cells=cells)), encoding="utf-8")
    shown = [out for cell in execute(path).cells for out in cell.get("outputs", [])]
    texts = [out.get("data", {}).get("text/plain", "") for out in shown]
    return [text for text in texts if "Exercise" in text]


@pytest.mark.parametrize("number", [number for path in lessons() for number in judged(path)])
def test_every_solution_is_solved(number, verdicts):
    """In the lesson's own cells, as far as its check needs them, the verdict is "solved"."""
    (verdict,) = [text for text in verdicts if f"Exercise {number}" in text]

    assert f"✓ Exercise {number}" in verdict and "olved." in verdict
