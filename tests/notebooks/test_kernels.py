"""What lessons show of other kernels was recorded there."""

import ast

from bpflab.course.kernels import RECORDS, recorded
from bpflab.course.notebooks import lessons
from bpflab.course.one_cell import HERE, find
from bpflab.paths import number_of
from bpflab.vm import guests
from tests.notebooks.lesson import Lesson, calls_of


def asked(lesson):
    """Return the cells that a lesson asks for by `on_kernels`."""
    calls = calls_of(lesson, "on_kernels")
    assert all(isinstance(call.args[0], ast.Constant) for call in calls)
    return [find(call.args[0].value) for call in calls]


def test_each_cell_was_recorded(lesson):
    """As it is now, on two kernels or more; ./lab compare NN:cell --store records it anew."""
    for cell in asked(lesson):
        said = recorded(cell)
        assert {one.digest for one in said} == {cell.digest}, cell
        assert {one.place for one in said} <= {HERE, *guests.SUITES}, cell
        assert len({one.kernel for one in said}) > 1, cell


def test_no_record_is_left_over():
    """Each file of records is of a cell that a lesson shows."""
    shown = [cell for path in lessons() for cell in asked(Lesson(path))]
    files = {RECORDS / number_of(cell.path.stem) / f"{cell.id}.json" for cell in shown}
    assert set(RECORDS.rglob("*.*")) == files


def test_a_cell_is_shown_after_it_ran(lesson):
    """And with what it gave here, in the same lesson."""
    ids = [cell.id for cell in lesson.cells]
    for call, cell in zip(calls_of(lesson, "on_kernels"), asked(lesson), strict=True):
        assert cell.path == lesson.path
        (at,) = (
            c.id for c in lesson.cells if ast.unparse(call.args[0]) in c.source.replace('"', "'")
        )
        assert ids.index(cell.id) < ids.index(at)
        assert len(call.args) == 2
