"""What is kept of a learner's progress, as data and as the text of a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, TypeVar

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
        began: when an answer was first checked, or "" where an older version counted the tries.
        when: when an answer was last checked, or "".
        more: what a newer version of the lab has added, kept as it is.
    """

    number: str
    status: str = ""
    tries: int = 0
    solved: str = ""
    began: str = ""
    when: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Prediction:
    """What was foretold.

    Attributes:
        lesson: the lesson's number, or "" where it is not known.
        question: as it stands in the lesson.
        guess: what was picked or typed.
        outcome: what the learner said of it afterwards, an `Outcome` or a newer version's word.
        when: the time of the last change.
        more: what a newer version of the lab has added, kept as it is.
    """

    lesson: str
    question: str
    guess: str
    outcome: str | None = None
    when: str = ""
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """All that is kept, the newest last. Times are UTC, as ``2026-11-29T10:22:10+00:00``."""

    exercises: tuple[Exercise, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

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
        exercises = tuple(_made(Exercise, row) for row in kept.pop("exercises"))
        predictions = tuple(_made(Prediction, row) for row in kept.pop("predictions"))
        return Progress(exercises, predictions, kept)
    except (LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"it holds something else ({error!r})") from None


def dumped(progress: Progress) -> str:
    """Return the text of *progress*."""
    return json.dumps(facts(progress), indent=1, ensure_ascii=False) + "\n"


def facts(progress: Progress) -> dict[str, Any]:
    """Return *progress* as JSON has it."""
    kept = asdict(progress)
    for each in (kept, *kept["exercises"], *kept["predictions"]):
        each |= each.pop("more")
    return kept


Row = TypeVar("Row", Exercise, Prediction)


def _made(kind: type[Row], row: dict[str, Any]) -> Row:
    """Return a row of the file."""
    known = {one.name for one in fields(kind)} - {"more"}
    more = {name: value for name, value in row.items() if name not in known}
    made = kind(**{name: value for name, value in row.items() if name in known}, more=more)
    for name in known:
        value = getattr(made, name)
        if not isinstance(value, int if name == "tries" else str) and (name, value) != (
            "outcome",
            None,
        ):
            raise TypeError(name)
    return made
