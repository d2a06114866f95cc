"""The largest value that the kernel accepts."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real

from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong


def largest(answer: object, accepts: Callable[[int], object], *, step: int = 1) -> str:
    """Return what was seen if *accepts* takes *answer*, and refuses *answer* + *step*.

    The answer is a whole number above 0, of Python's or of numpy's, and a multiple of *step*.

    Raises:
        Wrong: with the side on which the limit is.
        LabError: a refusal for another reason than the size.
    """
    if isinstance(answer, bool) or not isinstance(answer, Real):
        raise Wrong(f"The answer is a number, and yours is of the type {type(answer).__name__}.")
    number = float(answer)
    limit = int(number) if math.isfinite(number) else 0
    if limit != number or limit <= 0:
        raise Wrong("The answer is a whole number above 0.")
    if limit % step:
        raise Wrong(f"The answer is a multiple of {step}, and {limit} is not.")
    for value, wanted in ((limit, True), (limit + step, False)):
        if _accepted(accepts, value) != wanted:
            raise Wrong(
                f"{limit} is refused: the limit is lower."
                if wanted
                else f"{limit} is accepted, and so is {value}: the limit is higher."
            )
    return f"{limit} is accepted, and {limit + step} is refused."


def _accepted(accepts: Callable[[int], object], value: int) -> bool:
    try:
        accepts(value)
    except LabError as error:
        if error.loaded is None:  # not refused: this machine cannot try it
            raise
        return False
    return True
