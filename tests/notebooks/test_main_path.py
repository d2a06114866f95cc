"""The main path of a lesson: nothing on it uses a name that an optional cell has bound."""

import pytest

from bpflab.course.notebooks import find
from tests.course.solutions import names
from tests.notebooks.lesson import code_of, tags_of
from tests.notebooks.minutes import shown_minutes


def test_no_name_comes_from_an_optional_cell(lesson):
    """tests/kernel/test_main_path.py executes the main path alone; this one says which name."""
    bound, missing = set(), []
    optional = [cell for cell in code_of(lesson) if "optional" in tags_of(cell)]
    left_out = set().union(*(names(cell.source)[1] for cell in optional))
    for cell in code_of(lesson):
        if cell not in optional:
            uses, binds = names(cell.source)
            missing += [(cell.id, name) for name in uses & left_out - bound]
            bound |= binds
    assert missing == []


@pytest.mark.parametrize("number", ["05", "06", "10", "11"])
def test_the_main_path_fits_into_45_minutes(number):
    """These lessons were the longest; what is beside their subject is optional."""
    assert shown_minutes(find(number))[0] <= 45


def test_the_main_path_fits_into_an_hour(lesson):
    """More is beside the subject, or another lesson."""
    assert shown_minutes(lesson.path)[0] <= 60
