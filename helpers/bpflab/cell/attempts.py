"""What a notebook's cells last made of an answer's name: their text, and what ended them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

ANSWER = re.compile(r"answer_\d\d_\d+", re.ASCII)
"""The name of an exercise's answer: ``answer_07_2``."""
_BINDS = re.compile(rf"^(?:%%bpf[ \t]+)?({ANSWER.pattern})\b(?:[ \t]*=(?!=)|[^\n=]*$)?", re.M)
_last: dict[str, Attempt] = {}


@dataclass(frozen=True)
class Attempt:
    """A cell that gives an answer's name a value, as it last ran.

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
    for name in _BINDS.findall(source):
        _last[name] = Attempt(source, result.error_before_exec or result.error_in_exec)
