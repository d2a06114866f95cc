"""The lessons, one after the other."""

import pytest

from bpflab.course.notebooks import lessons
from tests.notebooks.lesson import Lesson


@pytest.fixture(params=lessons(), ids=lambda path: path.stem)
def lesson(request):
    """Give each lesson in turn, as it is stored."""
    return Lesson(request.param)
