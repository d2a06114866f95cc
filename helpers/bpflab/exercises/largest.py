"""The largest value that the kernel accepts."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral

from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong


def largest(answer: object, accepts: Callable[[int], object], *, step: int = 1) -> str:
    """Return what was seen if *accepts* takes *answer*, and refuses *answer* + *step*.

    The answer is a whole number above 0, of Python's or of numpy's, and a multiple of *step*.

    Raises:
        Wrong: with the side on which the limit is.
        LabError: a refusal for another reason than the size.
    """
    if not isinstance(answer, Integral) or isinstance(answer, bool) or answer <= 0:
        raise Wrong("The answer is a whole number above 0.")
    limit = int(answer)
    if limit % step:
        raise Wrong(f"The answer is a multiple of {step}, and {limit} is not.")
    for value, wanted in ((limit, True), (limit + step, False)):
        if _accepted(accepts, value) != wanted:
            word, side = ("refused", "lower") if wanted else ("accepted", "higher")
            raise Wrong(f"{value} is {word}: the limit is {side}.")
    return f"{limit} is accepted, and {limit + step} is refused."


def _accepted(accepts: Callable[[int], object], value: int) -> bool:
    try:
        accepts(value)
    except LabError as error:
        if error.loaded is None:  # not refused: this machine cannot try it
            raise
        return False
    return True
