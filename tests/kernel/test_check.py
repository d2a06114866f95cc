"""Exercises: a program is judged by what the kernel saw, and a refusal must come."""

import os

import pytest

from bpflab import LabError, check_counts, check_program, expect, load
from bpflab.source import find
from tests.course.solutions import fenced, solutions

pytestmark = pytest.mark.usefixtures("nothing_left")


def solved(number):
    """Return the program that solves an exercise."""
    return fenced(solutions()[number])[1]


def test_a_program_without_the_field_is_told_so():
    """The lesson's own program does not pass, and the verdict says what is missing."""
    stub = find("first_map/right_map").listing()
    verdict = check_program("02-1", stub, wants={"uid": os.getuid()}, hints=["look at the fields"])

    assert not verdict.passed
    assert "no field uid" in verdict.text
    assert "look at the fields" in verdict.text


def test_a_made_up_value_is_seen_through():
    """A program that sends another path than the one executed is not solved."""
    faked = solved("02-1").replace("ctx->filename);", "ctx->filename);\n\te->path[1] = 'x';")

    verdict = check_program("02-1", faked, wants={"uid": os.getuid()})

    assert not verdict.passed
    assert "path arrived as" in verdict.text


def test_a_refused_answer_is_explained():
    """A syntax error in the answer is shown with its line, as not yet."""
    verdict = check_program("02-1", "int hook(void *ctx) { return 0 }", wants={}, hints=["Look."])

    assert not verdict.passed
    assert verdict.text.startswith("… Exercise 02-1: not yet. ✗ Your program was refused: ")
    assert "02-1:1" in verdict.text and verdict.text.endswith("\nHint 1: Look.")
    assert (
        verdict.html.index("►")
        < verdict.html.index("<summary>The whole log")
        < (verdict.html.index("Hint 1: Look."))
    )


def test_a_count_that_is_not_kept_is_seen_through():
    """A program that leaves commands out and does not count them is not solved."""
    text = find("exclusion/exclude").listing().replace("u8", "u64")

    verdict = check_counts("04-1", text, map="EXCLUDED_CMDS", paths=["/usr/bin/id"])

    assert not verdict.passed
    assert "EXCLUDED_CMDS says 0 for /usr/bin/id" in verdict.text


@pytest.mark.parametrize("answer", [5, None, ["int hook(void *ctx) { return 0; }"]], ids=repr)
def test_an_answer_that_is_no_text_is_told_so(answer):
    """Whatever the cell holds, a verdict comes and no traceback."""
    for check in (
        lambda: check_program("02-1", answer, wants={}),
        lambda: check_counts("04-1", answer, map="EXCLUDED_CMDS", paths=[]),
    ):
        assert check().text.endswith("not yet. The answer is the text of a program.")


def test_expect_fails_when_nothing_is_refused(capsys):
    """An expected refusal is shown; another kind, or none, is a failure."""
    with expect("no-source"):
        load("nosuch")
    assert "no-source" in capsys.readouterr().out
    with pytest.raises(AssertionError), expect("stack"):
        load("start_here/execs").close()
    with pytest.raises(LabError), expect("stack"):
        load("nosuch")
