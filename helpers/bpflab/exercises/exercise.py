"""An exercise: its number, its judge and its hints; ``lesson_NN`` has those of a lesson."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bpflab.errors import LabError
from bpflab.paths import NUMBER, number_of
from bpflab.text import near, safe_text

Judge = Callable[[Any], str]
_all: dict[str, Exercise] = {}


@dataclass(frozen=True)
class Exercise:
    """What `check` needs to know of an exercise.

    Attributes:
        number: as in ``07-2``: the lesson, and which of its exercises.
        judge: gets a `Trial` of a program, or a value; returns what it saw if the answer is right,
            and raises `Wrong` if it is not.
        hints: the first one says least.
        of: ``program`` where the answer is C, ``value`` where it is a value of Python's.
        type: the program type of a C text that names none.
    """

    number: str
    judge: Judge
    hints: tuple[str, ...]
    of: str
    type: str = ""

    @property
    def name(self) -> str:
        """The Python name of the answer: ``answer_07_2``."""
        return answer_name(self.number)


class Wrong(Exception):
    """The answer is wrong; the judge raises it.

    Attributes:
        text: what is wrong, in a sentence; never the answer.
        rows: what the judge expected of its own workload, and what the kernel saw.
        status: ``wrong``; ``silent`` where nothing came at all; ``leftover`` where the answer is
            right, and leaves something behind.
    """

    def __init__(
        self, text: str, rows: Sequence[tuple[str, object, object]] = (), *, status: str = "wrong"
    ) -> None:
        super().__init__(text)
        self.text, self.rows, self.status = text, tuple(rows), status


def of_program(number: str, *hints: str, type: str = "") -> Callable[[Judge], Judge]:
    """Make a function the judge of an exercise whose answer is C."""
    return lambda judge: _kept(Exercise(number, judge, hints, "program", type))


def of_value(number: str, *hints: str) -> Callable[[Judge], Judge]:
    """Make a function the judge of an exercise whose answer is a value."""
    return lambda judge: _kept(Exercise(number, judge, hints, "value"))


def answer_name(number: str) -> str:
    """Return how the answer of an exercise is called in Python."""
    return f"answer_{number.replace('-', '_')}"


def find(number: str) -> Exercise:
    """Return an exercise by its number.

    Raises:
        LabError: ``no-exercise``, with the exercises that are near.
    """
    if re.match(f"{NUMBER}-", number):
        of_lesson(number_of(number))
    if number not in _all:
        message = f"There is no exercise {safe_text(number, 40)!r}."
        raise LabError("no-exercise", message, fix=near(number, sorted(_all)))
    return _all[number]


def of_lesson(lesson: str) -> list[Exercise]:
    """Return the exercises of a lesson (``"07"``), in order; none where it has none."""
    name = f"{__package__}.lesson_{lesson}"
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
    return [one for number, one in sorted(_all.items()) if number.startswith(f"{lesson}-")]


def _kept(exercise: Exercise) -> Judge:
    _all[exercise.number] = exercise
    return exercise.judge
