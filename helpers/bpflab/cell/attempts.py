"""Cells that name a program or an answer: the text of each, and what ended it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpflab.paths import NUMBER

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ANSWER = re.compile(rf"answer_{NUMBER}_\d+", re.ASCII)
"""The name of an exercise's answer: ``answer_07_2``."""
_MAGIC = re.compile(r"\s*%%bpf[ \t]+(\w+)", re.ASCII)
_ASSIGNED = re.compile(rf"^[ \t]*({ANSWER.pattern})[ \t]*=(?!=)", re.ASCII | re.M)
_last: dict[str, Attempt] = {}
_programs: dict[str, str] = {}  # by the id of a cell: the program that it last named


@dataclass(frozen=True)
class Attempt:
    """A cell that gives a name a value, as it last ran.

    Attributes:
        source: the cell's text.
        error: what ended it, or None.
        cell: the cell's id, where the page tells it.
    """

    source: str
    error: BaseException | None = None
    cell: str = ""


def install(shell: InteractiveShell) -> None:
    """Note each such cell that *shell* runs from now on."""
    events: Any = shell.events
    if _note not in events.callbacks["post_run_cell"]:
        events.register("post_run_cell", _note)


def last(name: str) -> Attempt | None:
    """Return the cell that last gave *name* a value, or tried to."""
    return _last.get(name)


def program_of(cell: str) -> str:
    """Return what the cell of C with this id called its program when it last ran, or nothing."""
    return _programs.get(cell, "")


def _note(result: Any) -> None:
    source = getattr(result.info, "raw_cell", None) or ""
    cell = getattr(result.info, "cell_id", None) or ""
    for name in _bound(source):
        _last[name] = Attempt(source, result.error_before_exec or result.error_in_exec, cell)
    if cell and (found := _MAGIC.match(source)):
        _programs[cell] = found[1]


def _bound(source: str) -> set[str]:
    """Return the program that a cell of C names, or the answers that one of Python binds."""
    if found := _MAGIC.match(source):
        return {found[1]}
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return set(_ASSIGNED.findall(source))
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names |= {n.name for n in nodes if isinstance(n, ast.FunctionDef)}
    return {name for name in names if ANSWER.fullmatch(name)}
