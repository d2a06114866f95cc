"""Cells that name a program or an answer: the text of each, and what ended it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ANSWER = re.compile(r"answer_\d\d_\d+", re.ASCII)
"""The name of an exercise's answer: ``answer_07_2``."""
_MAGIC = re.compile(r"\s*%%bpf[ \t]+(\w+)", re.ASCII)
_ASSIGNED = re.compile(rf"^[ \t]*({ANSWER.pattern})[ \t]*=(?!=)", re.ASCII | re.M)
_last: dict[str, Attempt] = {}


@dataclass(frozen=True)
class Attempt:
    """A cell that gives a name a value, as it last ran.

    Attributes:
        source: the cell's text.
        error: what ended it, or None.
    """

    source: str
    error: BaseException | None = None


def install(shell: InteractiveShell) -> None:
    """Note each such cell that *shell* runs from now on."""
    events: Any = shell.events
    if _note not in events.callbacks["post_run_cell"]:
        events.register("post_run_cell", _note)


def last(name: str) -> Attempt | None:
    """Return the cell that last gave *name* a value, or tried to."""
    return _last.get(name)


def _note(result: Any) -> None:
    source = getattr(result.info, "raw_cell", None) or ""
    for name in _bound(source):
        _last[name] = Attempt(source, result.error_before_exec or result.error_in_exec)


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
