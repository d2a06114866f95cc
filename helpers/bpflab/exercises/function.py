"""An answer that is a function of Python: called by a judge, and told what it ended with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bpflab.exercises.exercise import Wrong
from bpflab.text import safe_text

Function = Callable[..., Any]


def function(answer: object) -> Function:
    """Return *answer* where it is a function.

    Raises:
        Wrong: it is none.
    """
    if not callable(answer):
        raise Wrong(f"The answer is of the type {type(answer).__name__}, and no function.")
    return answer


def called(function: Function, *given: Any, asked: str) -> Any:
    """Return what the learner's function returns.

    Raises:
        Wrong: with the error that it ended with, or where it returned None; *asked* tells what for.
    """
    try:
        found = function(*given)
    except (Exception, SystemExit) as error:
        said = safe_text(str(error), 100)
        ended = f"{type(error).__name__}{said and ': '}{said}"
        raise Wrong(f"Your function was asked for {asked}. It ended with {ended}") from None
    if found is None:
        raise Wrong(f"Your function was asked for {asked}. It returned None.")
    return found


def refuses(function: Function, *given: Any) -> bool:
    """Return whether the learner's function raises an error."""
    try:
        function(*given)
    except (Exception, SystemExit):
        return True
    return False
