"""What is kept of a learner's progress, as data and as the text of a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeVar, get_args

from bpflab.course.asked import Asked

Outcome = Literal["foreseen", "surprised"]


@dataclass(frozen=True)
class Exercise:
    """What came of an exercise.

    Attributes:
        number: as in ``07-2``.
        status: what the last check said of it.
        tries: how often an answer was checked.
        solved: when it was first solved, or "".
    """

    number: str
    status: str = ""
    tries: int = 0
    solved: str = ""


@dataclass(frozen=True)
class Prediction:
    """What was foretold.

    Attributes:
        lesson: the lesson's number, or "" where it is not known.
        question: as it stands in the lesson.
        guess: what was picked or typed.
        outcome: what the learner said of it afterwards.
        when: the time of the last change.
    """

    lesson: str
    question: str
    guess: str
    outcome: Outcome | None = None
    when: str = ""


@dataclass(frozen=True)
class Progress:
    """All that is kept, the newest last. Times are UTC, as ``2026-11-29T10:22:10+00:00``."""

    exercises: tuple[Exercise, ...] = ()
    predictions: tuple[Prediction, ...] = ()

    def of(self, lesson: Asked) -> tuple[list[Exercise], list[Prediction]]:
        """Return what is known of each exercise of a lesson, and of its predictions."""
        mine = {each.number: each for each in self.exercises}
        guessed = {each.question: each for each in self.predictions if each.lesson == lesson.lesson}
        exercises = [mine.get(number, Exercise(number)) for number in lesson.exercises]
        return exercises, [guessed[one] for one in lesson.predictions if one in guessed]


def parsed(text: str) -> Progress:
    """Return the progress that *text* holds.

    Raises:
        ValueError: it holds something else.
    """
    try:
        kept = json.loads(text)
        exercises = tuple(_made(Exercise, row) for row in kept["exercises"])
        return Progress(exercises, tuple(_made(Prediction, row) for row in kept["predictions"]))
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(f"it holds something else ({error!r})") from None


def dumped(progress: Progress) -> str:
    """Return the text of *progress*."""
    return json.dumps(asdict(progress), indent=1, ensure_ascii=False) + "\n"


Row = TypeVar("Row", Exercise, Prediction)


def _made(kind: type[Row], row: dict[str, Any]) -> Row:
    """Return a row of the file; what a newer version of the lab may have added is left out."""
    made = kind(**{field.name: row[field.name] for field in fields(kind) if field.name in row})
    for name, value in asdict(made).items():
        if not (isinstance(value, int if name == "tries" else str) or name == "outcome"):
            raise TypeError(name)
    if isinstance(made, Prediction) and made.outcome not in (None, *get_args(Outcome)):
        raise TypeError("outcome")
    return made
