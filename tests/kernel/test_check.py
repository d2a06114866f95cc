"""Exercises: judged by what the kernel saw, and every lesson's solution passes."""

import os
from pathlib import Path

import pytest

from bpflab import LabError, check_largest, check_program, expect, load
from bpflab.compiling.source import BPF_DIR, find

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("nothing_left")]

SOLUTIONS = BPF_DIR.parent / "notebooks" / "solutions"


def test_the_solution_of_02_1_passes_and_the_stub_does_not():
    """The solution is solved; without its field the exercise is not, and says what is missing."""
    solution = (SOLUTIONS / "02-1.c").read_text()
    wants = {"uid": os.getuid()}

    assert check_program("02-1", solution, wants=wants).passed
    stub = find("first_map/right_map").listing()
    verdict = check_program("02-1", stub, wants=wants, hints=["look at the fields"])
    assert not verdict.passed
    assert "no field uid" in verdict.text
    assert "look at the fields" in verdict.text


def test_a_made_up_value_is_seen_through():
    """A program that sends another path than the one executed is not solved."""
    solution = (SOLUTIONS / "02-1.c").read_text()
    faked = solution.replace("ctx->filename);", "ctx->filename);\n\te->path[1] = 'x';")

    verdict = check_program("02-1", faked, wants={"uid": os.getuid()})

    assert not verdict.passed
    assert "path arrived as" in verdict.text


def test_a_refused_answer_is_explained():
    """A syntax error in the answer is shown with its line, as not yet."""
    verdict = check_program("02-1", "int hook(void *ctx) { return 0 }", wants={})

    assert not verdict.passed
    assert "02-1:1" in verdict.text


def test_hints_come_one_a_try():
    """The second try shows the second hint."""
    texts = [check_largest("hints", None, accepts=len, hints=["one", "two"]).text for _ in "123"]

    assert [("one" in t, "two" in t) for t in texts] == [(True, False), (True, True), (True, True)]


def test_the_solution_of_02_2_is_the_limit():
    """The largest PATH_SIZE is accepted, and the next is not; others are told which way to go."""
    largest = int((SOLUTIONS / "02-2.txt").read_text().split()[0])

    def accepts(size: int) -> None:
        load("first_map/cut", defines={"PATH_SIZE": size}).close()

    assert check_largest("02-2", largest, accepts=accepts, step=8).passed
    assert "higher" in check_largest("02-2", 64, accepts=accepts, step=8).text
    assert "lower" in check_largest("02-2", 512, accepts=accepts, step=8).text


def test_expect_fails_when_nothing_is_refused(capsys):
    """An expected refusal is shown; another kind, or none, is a failure."""
    with expect("no-source"):
        load("nosuch")
    assert "no-source" in capsys.readouterr().out
    with pytest.raises(AssertionError), expect("stack"):
        load("start_here/execs").close()
    with pytest.raises(LabError), expect("stack"):
        load("nosuch")


def test_every_solution_belongs_to_a_lesson():
    """A file in solutions carries the number of an exercise, or of a lesson for all of its."""
    for file in SOLUTIONS.iterdir():
        lesson = next(Path(SOLUTIONS.parent).glob(f"{file.name[:2]}-*.ipynb"))
        number = file.stem if "-" in file.stem else f"{file.stem}-1"
        assert f"**{number}.**" in lesson.read_text()
