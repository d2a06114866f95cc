"""The live views of the lessons: each moves, stops, and is right at the end."""

import re

import pytest

from bpflab.course.notebooks import lessons
from bpflab.workload.steady import steady
from tests.browser.jupyter import THEMES
from tests.browser.test_live import answer, books, moves, stop

pytestmark = pytest.mark.kernel

LIVE = re.compile(r"^(view = )?live\(", re.MULTILINE)
KERNELS_COUNT = """\
import json
from bpflab import loaded

print(json.dumps([p.maps["seen"].total() for p in loaded() if "seen" in p.maps]))
"""


def with_live_views():
    """Return the lessons that have one."""
    return [path for path in lessons() if "live(" in path.read_text(encoding="utf-8")]


@pytest.fixture(params=with_live_views(), ids=lambda path: path.stem)
def lesson(request):
    """Give each lesson that has a live view, as the clone has it."""
    return request.param


def test_its_live_view_moves_stops_and_is_right(jupyter, lesson, tmp_path):
    """Up to the view all cells run; what it shows after Stop is what the kernel has counted."""
    book = jupyter.open(f"notebooks/{lesson.name}")
    cells = book.code_cells
    for at, cell in enumerate(cells):  # noqa: B007 - where it stopped is asked below
        assert cell.run(), cell.text
        if LIVE.search(cell.source):
            break
    with steady("/usr/bin/true", per_second=5):  # or a quiet machine shows nothing
        for theme in THEMES:
            jupyter.set_theme(theme)
            moves(cell)
            cell.screenshot(tmp_path / f"{theme}.png")
            assert [str(fault) for fault in cell.violations() if fault.grave] == []

    stop(cell)
    assert LIVE.search(cell.source)
    if " produced = " in cell.text:
        shown = books(cell.text)
        assert shown["produced"] == sum(shown.values()) - shown["produced"] > 0
        cells[at + 1].write(KERNELS_COUNT)
        counted = answer(cells[at + 1])
        attached_by_it = re.search(r"live\([^)]*hook=", cell.source, re.DOTALL)
        assert shown["produced"] in counted if attached_by_it else shown["produced"] <= max(counted)
