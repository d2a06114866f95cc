"""A lesson without its optional cells: it runs, and shows what it shows with them."""

import pytest

from bpflab.course import headless
from bpflab.course.notebooks import lessons, normalise, read
from tests.notebooks.lesson import Lesson, code_of, tags_of, texts_of


def has_optional(path):
    """Say whether a lesson has cells that may be left out."""
    return any("optional" in tags_of(cell) for cell in read(path).cells)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "path", [one for one in lessons() if has_optional(one)], ids=lambda path: path.stem
)
def test_the_main_path_alone(path):
    """Each of its outputs that is compared is the stored one."""
    stored = [cell for cell in code_of(Lesson(path)) if "optional" not in tags_of(cell)]
    ran = headless.execute(path, only={cell.id for cell in stored})
    now = {cell.id: texts_of(cell) for cell in normalise(ran).cells if cell.cell_type == "code"}
    compared = [cell for cell in stored if "nbval-check-output" in tags_of(cell)]
    assert len(compared) > 20
    assert {c.id: now[c.id] for c in compared if now[c.id] != texts_of(c)} == {}
