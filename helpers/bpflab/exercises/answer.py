"""The learner's answer: from the notebook, or as it was given to `check`."""

from __future__ import annotations

import ast
import functools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpflab.cell import attempts
from bpflab.course import notebooks
from bpflab.errors import LabError
from bpflab.exercises.exercise import Exercise, answer_name
from bpflab.paths import number_of
from bpflab.programs.program import Program
from bpflab.text import safe_text

MAGIC = "%%bpf"


@dataclass(frozen=True)
class Answer:
    """What is to be judged.

    Attributes:
        value: a Python value, a `Program`, or the text of a program in C.
        status: ``""`` where it can be judged, else ``untouched``, ``missing`` or ``error``.
        error: what ended the answer's cell.
        text: where it is missing, why, and what to do.
    """

    value: Any = None
    status: str = ""
    error: BaseException | None = None
    text: str = ""


def of_notebook(exercise: Exercise) -> Answer:
    """Return the answer as its cell last left it."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    names = shell.user_ns if shell else vars(sys.modules["__main__"])  # of a script
    attempt = attempts.last(exercise.name)
    other = attempts.program_of(attempt.cell if attempt else cell_id(exercise.number))
    if exercise.of == "program" and other not in ("", exercise.name):
        takes = f"the first line of this exercise must name {exercise.name}."
        return Answer(status="missing", text=f"The cell above makes {other}; {takes}")
    if attempt and _same(attempt.source, given(exercise.number)):
        return Answer(status="untouched")
    if attempt and attempt.error:
        return Answer(status="error", error=attempt.error)
    if exercise.name not in names:
        run = "Run the cell above, then run this one again."
        return Answer(status="missing", text=f"{exercise.name} has no value yet. {run}")
    return Answer(names[exercise.name])


def as_given(exercise: Exercise, value: object) -> Answer:
    """Return an answer that was given to `check`: a program, its C, the name of a file, a value."""
    if exercise.of == "program" and isinstance(value, str | Path):
        text = str(value)
        text = _below(_read(text) if text.endswith(".c") and "\n" not in text else text)
        if _same(text, _below(given(exercise.number))):
            return Answer(status="untouched")
        return Answer(text)
    return Answer(value)


def _read(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text in UTF-8"
        message = f"{safe_text(name, 200)} cannot be read: {reason}."
        raise LabError("no-file", message) from None


def text_of(answer: object) -> str | None:
    """Return the C of an answer, or None where it is no program."""
    if isinstance(answer, Program):
        return answer.source.listing()
    return answer if isinstance(answer, str) else None


def given(number: str) -> str:
    """Return the cell of an exercise as the lesson gives it, or nothing."""
    return _cell(number)[1]


def cell_id(number: str) -> str:
    """Return the id of that cell, which the learner's copy keeps, or nothing."""
    return _cell(number)[0]


@functools.cache
def _cell(number: str) -> tuple[str, str]:
    """Return the id and the text of an exercise's cell; two empty texts where there is none."""
    name = answer_name(number)
    try:
        cells = notebooks.read(notebooks.find(number_of(number))).cells
    except LabError:
        return "", ""
    return next(
        (
            (c.get("id", ""), c.source)
            for c in cells
            if "exercise" in c.metadata.get("tags", []) and name in c.source
        ),
        ("", ""),
    )


def _below(source: str) -> str:
    """Return the C of a cell, without the magic's line."""
    head, _, text = source.partition("\n")
    return text if head.startswith(MAGIC) else source


def _same(one: str, other: str) -> bool:
    """Return whether two cells say the same: spaces at the ends and comments of Python apart."""
    if one.startswith(MAGIC) or other.startswith(MAGIC):
        return one.split() == other.split()
    try:
        return bool(one) and ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except (SyntaxError, ValueError):
        return one.split() == other.split()
