"""Values beside the right ones: what is right in another form, and what differs first."""

import numpy as np
import pandas as pd
import pytest

from bpflab.exercises.difference import difference, equal
from bpflab.exercises.exercise import Wrong

RIGHT = [8, 12, 16, 16, 20]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (tuple(RIGHT), RIGHT),
        (RIGHT, tuple(RIGHT)),
        (np.array(RIGHT), RIGHT),
        (pd.Series(RIGHT, index=list("abcde")), RIGHT),
        (RIGHT, pd.Series(RIGHT)),
        ([np.int64(n) for n in RIGHT], RIGHT),
        (np.float64(8), 8),
        ((14, np.int64(0), [0, 2]), (14, 0, (0, 2))),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        (np.True_, True),
        ("text", "text"),
    ],
    ids=repr,
)
def test_a_right_answer_may_have_another_form(answer, right):
    """A tuple, an array, a column and numpy's numbers are as good as Python's own."""
    assert difference(answer, right) == ""
    assert equal(answer, right, "seen") == "seen"


@pytest.mark.parametrize(
    ("answer", "right", "fault"),
    [
        (8, RIGHT, "Your answer is a number, and a list is asked for."),
        ("8", 8, "Your answer is text, and a number is asked for."),
        (None, 8, "Your answer is None, and a number is asked for."),
        (True, 34, "Your answer is True or False, and a number is asked for."),
        (RIGHT[:4], RIGHT, "Your answer has 4 items instead of 5."),
        ([8], RIGHT, "Your answer has 1 item instead of 5."),
        ([8, 12, 16, 17, 20], RIGHT, "Item 4 is not what comes out."),
        (np.array([9, 12, 16, 16, 20]), RIGHT, "Item 1 is not what comes out."),
        (["8", 12, 16, 16, 20], RIGHT, "Item 1 is text, and a number is asked for."),
        ((14, 0, (0, 0)), (14, 0, (0, 2)), "Item 2 in item 3 is not what comes out."),
        ({"a": 1}, {"b": 1}, "Your answer has other keys than those that are asked for."),
        ({"A": 1, "b": 3}, {"A": 1, "b": 2}, "A value is not what comes out."),
        (33, 34, "That is not what comes out."),
        (b"34", 34, "Your answer is of the type bytes, and a number is asked for."),
    ],
    ids=repr,
)
def test_a_wrong_answer_is_told_what_differs_first(answer, right, fault):
    """A type, a length or an item is named; what is right is not."""
    assert difference(answer, right) == fault
    with pytest.raises(Wrong) as caught:
        equal(answer, right)
    assert caught.value.text == fault
