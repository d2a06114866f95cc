"""The largest value that is accepted: both sides of the limit are tried."""

import numpy as np
import pytest

from bpflab import LabError
from bpflab.exercises.exercise import Wrong
from bpflab.exercises.largest import largest


def at_most(limit):
    """Return what accepts a number up to *limit*, and notes what it was asked."""

    def accepts(value):
        asked.append(value)
        if value > limit:
            error = LabError("stack", "Too much.")
            error.loaded = (None, "", None)  # as `load` has it of what is refused
            raise error

    asked = accepts.asked = []
    return accepts


@pytest.mark.parametrize("answer", [472, 472.0, np.int64(472), np.uint16(472)], ids=repr)
def test_the_largest_may_be_a_number_of_numpys(answer):
    """It is accepted and the next step is refused; both are asked as plain numbers."""
    accepts = at_most(475)

    assert largest(answer, accepts, step=8) == "472 is accepted, and 480 is refused."
    assert [(n, type(n)) for n in accepts.asked] == [(472, int), (480, int)]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (464, "464 is accepted, and so is 472: the limit is higher."),
        (480, "480 is refused: the limit is lower."),
        (471, "The answer is a multiple of 8, and 471 is not."),
        (471.5, "The answer is a whole number above 0."),
        ("472", "The answer is a number, and yours is of the type str."),
        (True, "The answer is a number, and yours is of the type bool."),
        (-8, "The answer is a whole number above 0."),
    ],
)
def test_what_is_not_the_largest_is_told_why(answer, fault):
    """Too small, too large, between two steps, or no whole number above 0."""
    with pytest.raises(Wrong) as caught:
        largest(answer, at_most(475), step=8)
    assert caught.value.text == fault


def test_what_cannot_be_tried_is_no_limit():
    """A machine without the privilege refuses every size."""

    def accepts(_):
        raise LabError("privilege", "Not allowed.")

    with pytest.raises(LabError):
        largest(8, accepts)
