"""One cell of a lesson: found by its name, executed after those it needs, and what it showed."""

from __future__ import annotations

import datetime
import hashlib
import importlib.util
import platform
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from bpflab.course import notebooks
from bpflab.course.needed import needed
from bpflab.errors import LabError
from bpflab.paths import number_of
from bpflab.text import near, safe_text
from bpflab.vm import guests

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from bpflab.course.headless import OnCell

DEADLINE_S = 600
"""How long one cell may take: an emulated machine compiles a program in ten seconds."""
HERE = "here"
"""This machine, among the names of guests."""


@dataclass(frozen=True)
class Cell:
    """A code cell of a lesson.

    Attributes:
        path: the lesson's file.
        id: the cell's.
        source: its text.
    """

    path: Path
    id: str
    source: str

    def __str__(self) -> str:
        number = number_of(self.path.stem)
        return f"{number}:{self.id.removeprefix(f'{number}-')}"

    @property
    def digest(self) -> str:
        """A digest of its text, by which a record of another text is told."""
        return hashlib.sha256(self.source.strip().encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Said:
    """What one cell showed on one machine.

    Attributes:
        cell: its name, as in ``02:null-array``.
        digest: of its text.
        place: the guest's name, or ``here``.
        kernel: its version, as in ``6.1.140``.
        system: the distribution.
        bcc, python: their versions.
        day: when, as in ``2026-11-29``.
        lines: what it showed, as text.
    """

    cell: str
    digest: str
    place: str
    kernel: str
    system: str
    bcc: str
    python: str
    day: str
    lines: list[str]


def find(name: str) -> Cell:
    """Return the code cell that *name* stands for: ``02:null-array``, or with its whole id.

    Raises:
        LabError: ``no-lesson``; ``no-cell``, with the names of those that there are.
    """
    number, _, wanted = name.partition(":")
    path = notebooks.find(number)
    cells = [
        Cell(path, cell.get("id", ""), cell.source)
        for cell in notebooks.read(path).cells
        if cell.cell_type == "code"
    ]
    for cell in cells if wanted else ():
        if wanted in (cell.id, str(cell).partition(":")[2]):
            return cell
    number = number_of(path.stem)
    if wanted:
        what = f"Lesson {number} has no code cell {safe_text(wanted)!r}."
        meant = near(name, [str(cell) for cell in cells])
        raise LabError("no-cell", what, fix=f"{meant} ./lab run {number}: lists all.".lstrip())
    firsts = [(each, each.source.strip().partition("\n")[0]) for each in cells]
    listed = [f"{each!s:<24} {first[:60]}" for each, first in firsts]
    fix = "\n".join(["Its code cells, each with its first line:", *map(safe_text, listed)])
    raise LabError("no-cell", f"Which cell of lesson {number}?", fix=fix)


def places(words: Sequence[str]) -> list[str]:
    """Return the machines among *words*, or all of them where none is named.

    Raises:
        LabError: ``no-guest``, with the names of those that there are.
    """
    known = [HERE, *guests.SUITES]
    named = list(dict.fromkeys(word for word in words if ":" not in word))
    for name in named:
        if name not in known:
            what = f"{safe_text(name)!r} is neither a cell, as in 02:null-array, nor a machine."
            raise LabError("no-guest", what, fix=near(name, known))
    return named or known


def run(cells: Sequence[Cell], on_cell: OnCell) -> Iterator[Said | LabError]:
    """Execute *cells* and those above them that they need; yield what each of them showed.

    Of a lesson in which a cell fails the LabError comes in their place.
    """
    from bpflab.course import headless

    for path, group in groupby(sorted(cells, key=lambda cell: cell.path), lambda cell: cell.path):
        wanted = {cell.id: cell for cell in group}
        try:
            code = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
            only = needed([(cell.get("id", ""), cell.source) for cell in code], wanted)
            nb = headless.execute(path, on_cell, DEADLINE_S, only)
        except LabError as error:
            yield error
            continue
        for shown in notebooks.normalise(nb).cells:
            if shown.id in wanted:
                yield _said(wanted[shown.id], shown)


def _said(cell: Cell, shown: NotebookNode) -> Said:
    return Said(
        cell=str(cell),
        digest=cell.digest,
        place=HERE,
        kernel=kernel(),
        system=_system(),
        bcc=_bcc(),
        python=platform.python_version(),
        day=f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        lines=[line for out in shown.outputs for line in _text(out).rstrip().splitlines()],
    )


def _text(out: NotebookNode) -> str:
    return str(out.get("text") or out.get("data", {}).get("text/plain", ""))


def kernel() -> str:
    """Return the running kernel's version; of Debian's, whose release names an ABI, the package's.

    >>> kernel()
    '6.1.140'
    """
    packaged = re.search(r"Debian (\d+\.\d+\.\d+)", platform.version())
    plain = re.match(r"\d+(\.\d+)*", platform.release())
    return packaged[1] if packaged else plain[0] if plain else platform.release()


def _system() -> str:
    told = platform.freedesktop_os_release()
    release = told.get("VERSION_ID") or told.get("VERSION_CODENAME") or "testing"
    return f"{told['ID'].capitalize()} {release}"


def _bcc() -> str:
    """Return BCC's version, without importing it: LLVM belongs in a child alone."""
    found = importlib.util.find_spec("bcc")
    text = Path(found.origin).with_name("version.py").read_text() if found and found.origin else ""
    version = re.search(r"\d+(\.\d+)+", text)
    return version[0] if version else "?"
