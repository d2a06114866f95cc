"""What a lesson asks of its reader, read from its file: exercises and predictions."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from bpflab.course import notebooks
from bpflab.errors import LabError
from bpflab.paths import NUMBER, number_of


@dataclass(frozen=True)
class Asked:
    """What one lesson asks.

    Attributes:
        name: as its file is called: ``02-first-map``.
        exercises: the numbers that its cells give to ``check``, in their order.
        predictions: the questions that its cells give to ``predict``.
        optional: those among them whose cell has the tag ``optional``.
    """

    name: str
    exercises: tuple[str, ...]
    predictions: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def lesson(self) -> str:
        """Its number: ``02``."""
        return number_of(self.name)

    def due(self, guessed: Container[str] = ()) -> int:
        """Return how many predictions count: an optional one counts where it was guessed."""
        return sum(one not in self.optional or one in guessed for one in self.predictions)


def asked(path: Path) -> Asked:
    """Return what the lesson at *path* asks; a name or a question that is no literal is not seen.

    Raises:
        LabError: ``notebook``, when the file is none.
    """
    try:
        return _asked(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise LabError(
            "notebook", f"{path.name} cannot be read as a notebook ({type(error).__name__})."
        ) from None


def of_course(say: Callable[[str], object] = lambda _: None) -> Iterator[Asked]:
    """Yield what each lesson asks, in the order of the course; *say* why one is left out."""
    for path in notebooks.lessons():
        try:
            yield asked(path)
        except LabError as error:
            say(f"{error.message} It is left out.")


def lesson_here(question: str) -> str:
    """Return the number of the lesson that asks *question*, or nothing.

    The notebook's name says it, where the server tells it to the kernel; else the lessons are read.
    """
    name = Path(os.environ.get("JPY_SESSION_NAME", "")).name
    if found := re.match(f"{NUMBER}(?=-)", name):
        return found[0]
    return next((one.lesson for one in of_course() if question in one.predictions), "")


@functools.lru_cache(maxsize=64)
def _asked(path: Path, _: int) -> Asked:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    found = [
        (verb, text, "optional" in cell["metadata"].get("tags", []))
        for cell in code
        for verb, text in _calls("".join(cell["source"]))
    ]
    numbers, questions = (
        tuple(dict.fromkeys(text for verb, text, _ in found if verb == wanted))
        for wanted in ("check", "predict")
    )
    optional = tuple(text for _, text, left in found if left and text in questions)
    return Asked(path.stem, numbers, questions, optional)


def _calls(source: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each function that a cell calls with a text first, and that text."""
    if "check(" not in source and "predict(" not in source:
        return
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell of C
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    for call in sorted(calls, key=lambda call: call.lineno):
        first = call.args[0]
        text = first.value if isinstance(first, ast.Constant) else None
        if isinstance(call.func, ast.Name) and isinstance(text, str):
            yield call.func.id, text
