"""``on_kernels``: what a cell showed under other kernels, beside what it shows here."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from bpflab.arguments import checked
from bpflab.course import one_cell
from bpflab.course.one_cell import Cell, Said
from bpflab.files import replace_text
from bpflab.notebook import watched
from bpflab.paths import NOTEBOOKS, ROOT, number_of
from bpflab.text import counted
from bpflab.views.side_by_side import Side, side_by_side
from bpflab.views.view import View

RECORDS = NOTEBOOKS / "kernels"
"""What cells showed, a file for each, as ``./lab compare --store`` wrote it."""
_LATER = "In your own copy of the lesson a column of your kernel stands beside them."


@checked
def on_kernels(cell: str, shown: object = None) -> View:
    """Return what *cell* showed under other kernels, and beside it *shown*, from this kernel.

    *cell* is a lesson and its cell, as in ``"02:null-array"``. *shown* is what that cell gave here:
    a view, a table, a text or any other value. Lines that differ are marked. Where nobody watches
    (``BPFLAB_HEADLESS``, no notebook) this kernel is left out, so the view is the same everywhere.

    Raises:
        LabError: ``no-lesson``, ``no-cell``.

    >>> on_kernels("02:null-array", said)
    """
    found = one_cell.find(cell)
    known = recorded(found)
    sides = [
        Side(f"Linux {one.kernel} (recorded, {one.system}, {_day(one.day)})", one.lines)
        for one in known
    ]
    if watched() and shown is not None:
        sides.insert(0, Side(f"this kernel: {one_cell.kernel()}", _lines(shown)))
    note = "" if watched() else _LATER
    if not known:
        note = f"Nothing is recorded yet. In a terminal: ./lab compare {found} --store"
    return side_by_side(f"What {found} shows on {counted(len(sides), 'kernel')}", sides, note)


def recorded(cell: Cell) -> list[Said]:
    """Return what *cell* showed, the oldest kernel first; nothing where it was never recorded."""
    path = _file(cell)
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    return in_order(Said(**row) for row in rows)


def store(cell: Cell, said: Sequence[Said]) -> str:
    """Record what *cell* showed; what other places showed of the same text stays.

    Returns the file, as its place in the clone.
    """
    new = {one.place for one in said}
    old = [one for one in recorded(cell) if one.place not in new and one.digest == cell.digest]
    path = _file(cell)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(one) for one in in_order([*old, *said])]
    replace_text(path, json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    return str(path.relative_to(ROOT))


def in_order(said: Iterable[Said]) -> list[Said]:
    """Return records, the oldest kernel first."""
    return sorted(said, key=lambda one: [*map(int, re.findall(r"\d+", one.kernel))])


def _file(cell: Cell) -> Path:
    return RECORDS / number_of(cell.path.stem) / f"{cell.id}.json"


def _day(day: str) -> str:
    date = datetime.date.fromisoformat(day)
    return f"{date.day} {date:%b %Y}"


def _lines(shown: object) -> list[str]:
    """Return what a notebook shows of a value, as text; a text is taken as it was printed."""
    from IPython.lib.pretty import pretty

    if isinstance(shown, View):
        text = shown.text
    else:
        text = shown if isinstance(shown, str) else str(pretty(shown))  # type: ignore[no-untyped-call]
    return text.rstrip().splitlines()
