"""Exercises on the running kernel: the solution passes, and each mutant gets its own sentence."""

import importlib
import os

import pytest

from bpflab.course.notebooks import lessons
from bpflab.exercises import shell_tool, users
from bpflab.exercises.check import check
from bpflab.exercises.exercise import find, of_lesson
from bpflab.paths import number_of
from tests.course.solutions import fenced, solutions

NUMBERS = [one.number for path in lessons() for one in of_lesson(number_of(path.stem))]


def mutants(number):
    """Return the mutants of an exercise."""
    module = importlib.import_module(f"tests.exercises.lesson_{number_of(number)}")
    return module.MUTANTS[number]


def cases():
    """Return each mutant with its exercise."""
    return [pytest.param(n, m, id=f"{n}-{i}") for n in NUMBERS for i, m in enumerate(mutants(n))]


@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_three_mutants_of_each(number):
    """At least, and a verdict that says nothing of its own is none."""
    assert len(mutants(number)) >= 3
    assert all(mutant.says.strip() for mutant in mutants(number))


@pytest.fixture
def impatient(monkeypatch):
    """Give a tool little time for what a wrong one never does.

    A right one that is late then fails as well, and a mutant is told no less than before.
    """
    for name in ("_ROW_S", "_END_S"):
        monkeypatch.setattr(shell_tool, name, 2.0)


@pytest.mark.parametrize(("number", "mutant"), cases())
@pytest.mark.usefixtures("nothing_left", "impatient")
def test_a_mutant_is_told_what_is_wrong(number, mutant):
    """And is not solved."""
    verdict = check(number, mutant.made(number))

    assert verdict.status == mutant.status, verdict.text
    assert mutant.says in verdict.text


@pytest.mark.parametrize("number", [n for n in NUMBERS if find(n).of == "value"])
@pytest.mark.parametrize("answer", [None, 0, "", (), [], True, {}], ids=repr)
def test_a_constant_is_no_answer(number, answer):
    """Whatever the exercise asks for."""
    assert not check(number, answer).passed


USERS = [n for n in NUMBERS if "uid_gid" in fenced(solutions()[n])[1]]


@pytest.mark.parametrize("number", USERS)
def test_where_only_one_user_is_possible_the_group_is_no_user(number, monkeypatch):
    """Nor is a constant: the judge makes a user up, whom nobody can be."""
    monkeypatch.setattr(users, "others_allowed", lambda: False)
    text = fenced(solutions()[number])[1]
    assert check(number, text).passed
    group = text.replace("bpf_get_current_uid_gid()", "(bpf_get_current_uid_gid() >> 32)")
    assert not check(number, group).passed
    own = text.replace(
        "bpf_get_current_uid_gid()", f"(0 * bpf_get_current_uid_gid() + {os.getuid()})"
    )
    assert not check(number, own).passed
