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


def called(function: Function, *given: Any) -> Any:
    """Return what the learner's function returns.

    Raises:
        Wrong: with the error that it ended with, or where it returned None.
    """
    try:
        found = function(*given)
    except Exception as error:
        said = f"{type(error).__name__}: {safe_text(str(error), 100)}"
        raise Wrong(f"Your function ended with {said}") from None
    if found is None:
        raise Wrong("Your function returned None.")
    return found


def refuses(function: Function, *given: Any) -> bool:
    """Return whether the learner's function raises an error."""
    try:
        function(*given)
    except Exception:
        return True
    return False
