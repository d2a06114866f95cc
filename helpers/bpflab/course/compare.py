"""``./lab compare``: the same cells on this machine and in guests, side by side."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence

from bpflab.course import kernels, one_cell
from bpflab.course.one_cell import Cell, Said
from bpflab.text import counted, safe_text
from bpflab.views.side_by_side import Side, side_by_side
from bpflab.views.view import View
from bpflab.vm.process import running

Say = Callable[[str], object]


def run(cells: Sequence[Cell], place: str, say: Say) -> list[Said]:
    """Return what *cells* show in one place; what else is printed there is said, line by line.

    Less comes back where something failed, and what is said has the reason.
    """
    words = ["run", "--json", *map(str, cells)]
    head = ["bpflab"] if place == one_cell.HERE else ["bpflab.vm", "lab", place]
    found = []
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with running([sys.executable, "-B", "-m", *head, *words], **how) as process:
        assert process.stdout
        for line in process.stdout:
            text = line.decode(errors="replace").rstrip()
            if text.startswith('{"cell": '):
                found.append(Said(**{**json.loads(text), "place": place}))
            else:
                say(f"{place}: {safe_text(text)}")
    return found


def main(cells: Sequence[Cell], named: Sequence[str], store: bool, say: Say) -> int:
    """Print what each cell shows in each place; return 1 where something is missing, else 0.

    With *store* what was shown is recorded, for `bpflab.on_kernels`, place by place.
    """
    said, missing = list[Said](), False
    for place in named:
        said += (found := run(cells, place, say))
        for cell in cells if store else ():
            if of_it := [one for one in found if one.cell == str(cell)]:
                say(f"{place}: stored in {kernels.store(cell, of_it)}")
    for cell in cells:
        of_it = [one for one in said if one.cell == str(cell)]
        gone = [name for name in named if name not in {one.place for one in of_it}]
        print(_view(cell, of_it, gone), end="\n\n", flush=True)
        missing |= bool(gone)
    return int(missing)


def _view(cell: Cell, said: Sequence[Said], gone: Sequence[str]) -> View:
    sides = [
        Side(
            f"Linux {one.kernel} ({one.place}, {one.system}, BCC {one.bcc}, Python {one.python})",
            one.lines,
        )
        for one in kernels.in_order(said)
    ]
    note = f"Nothing came from {', '.join(gone)}: the reason is above." if gone else ""
    return side_by_side(f"{cell} on {counted(len(sides), 'kernel')}", sides, note)
