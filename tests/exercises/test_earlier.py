"""Answers to exercises: what is right in another form, and what differs, without the answer."""

import numpy as np
import pandas as pd
import pytest

from bpflab import LabError, check_answer, check_largest

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
    assert check_answer("form", answer, right).passed


@pytest.mark.parametrize(
    ("answer", "right", "fault"),
    [
        (8, RIGHT, "Your answer is a number, and a list is asked for."),
        ("[8]", RIGHT, "Your answer is text, and a list is asked for."),
        (None, 34, "Your answer is None, and a number is asked for."),
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
    verdict = check_answer("fault", answer, right)

    assert not verdict.passed
    assert verdict.text == f"… Exercise fault: not yet. {fault}"


def test_hints_come_one_a_try():
    """The second try shows the second hint."""
    texts = [check_answer("hints", 1, 2, hints=["one", "two"]).text for _ in "123"]

    assert [("Hint 1: one" in t, "Hint 2: two" in t) for t in texts] == [
        (True, False),
        (True, True),
        (True, True),
    ]


def at_most(limit):
    """Return what accepts a number up to *limit*, and notes what it was asked."""

    def accepts(value):
        asked.append(value)
        if value > limit:
            raise LabError("stack", "Too much.")

    asked = accepts.asked = []
    return accepts


@pytest.mark.parametrize("answer", [472, np.int64(472), np.uint16(472)], ids=repr)
def test_the_largest_may_be_a_number_of_numpys(answer):
    """It is accepted and the next step is refused; both are asked as plain numbers."""
    accepts = at_most(475)

    verdict = check_largest("largest", answer, accepts=accepts, step=8)

    assert verdict.passed
    assert "472 is accepted and 480 is refused." in verdict.text
    assert [(n, type(n)) for n in accepts.asked] == [(472, int), (480, int)]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (464, "472 is accepted: the limit is higher."),
        (480, "480 is refused: the limit is lower."),
        (471, "The answer is a multiple of 8, and 471 is not."),
        (472.0, "The answer is a whole number above 0."),
        ("472", "The answer is a whole number above 0."),
        (True, "The answer is a whole number above 0."),
        (-8, "The answer is a whole number above 0."),
    ],
)
def test_what_is_not_the_largest_is_told_why(answer, fault):
    """Too small, too large, between two steps, or no whole number above 0."""
    verdict = check_largest("not", answer, accepts=at_most(475), step=8)

    assert not verdict.passed
    assert verdict.text.endswith(fault)


def test_a_check_that_is_called_wrongly_is_refused():
    """By the way that every function of the package refuses arguments."""
    for wrong in (lambda: check_answer(1, 2, 3), lambda: check_largest("a", 1, accepts=5)):
        with pytest.raises(LabError) as caught:
            wrong()
        assert caught.value.kind == "argument"
