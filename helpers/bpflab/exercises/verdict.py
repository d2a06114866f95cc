"""What `check` shows: how an answer stands, what the judge saw, and hints that are shut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from bpflab.errors import LabError
from bpflab.exercises.exercise import Exercise
from bpflab.text import safe_text
from bpflab.views.refusal import refusal
from bpflab.views.table import table
from bpflab.views.view import View, markup

_BLUE, _ORANGE, _GREY = "#0072b2", "#d55e00", "#777777"
_BOX = "border-left:4px solid {};padding:.2em .9em;margin:.2em 0"
HEADS = {
    "untouched": "The cell above is as the lesson gives it. Change it, run it, then run this.",
    "missing": "{text}",
    "no-answer": "The cell above did not run to its end, so there is no answer to judge.",
    "not-compiled": "Your program does not compile.",
    "refused": "The kernel's verifier refuses your program.",
    "cannot-run": "This machine cannot judge the answer.",
    "failed": "The check could not try your answer.",
    "silent": "Nothing came. {text}",
    "wrong": "Not yet. {text}",
    "leftover": "Right, but something is left behind. {text}",
    "solved": "Solved. {text}",
}
"""What stands first in a verdict, by its status."""


@dataclass(frozen=True, repr=False)
class Verdict(View):
    """What an answer came to.

    Attributes:
        status: one of `HEADS`.
    """

    status: str = ""

    @property
    def passed(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == "solved"


def verdict(
    exercise: Exercise,
    status: str,
    text: str = "",
    rows: Sequence[tuple[str, object, object]] = (),
    error: LabError | None = None,
    hints: int | None = None,
) -> Verdict:
    """Return the view of a verdict. *hints* is how many of them its text has; None offers none."""
    mark = {"solved": "✓", "untouched": "…", "missing": "…"}.get(status, "✗")
    said = HEADS[status].format(text=text).strip()
    head = f"{mark} Exercise {exercise.number}: {said}"
    parts, texts = [f"<div>{markup(head)}</div>"], [safe_text(head)]
    views = (
        [table(_frame(rows), "What the check expected, and what the kernel saw")] if rows else []
    )
    views += [refusal(error, "Refused", log=True)] if error else []
    parts += [view.html for view in views]
    texts += [view.text for view in views]
    if hints is not None:
        parts.append(_shut(exercise.hints))
        texts += [f"Hint {n}: {safe_text(h)}" for n, h in enumerate(exercise.hints[:hints], 1)]
        if hints < len(exercise.hints):
            texts.append(f"For a hint, add hints={hints + 1} to check.")
    colour = {"✓": _BLUE, "…": _GREY, "✗": _ORANGE}[mark]
    box = f'<div role="status" style="{_BOX.format(colour)}">'
    return Verdict(f"{box}{''.join(parts)}</div>", "\n".join(texts), status)


def _frame(rows: Sequence[tuple[str, object, object]]) -> pd.DataFrame:
    shown = [tuple(safe_text(str(cell), 200) for cell in row) for row in rows]
    return pd.DataFrame(shown, columns=["", "expected", "seen"])


def _shut(hints: Sequence[str]) -> str:
    """Return the hints, each behind a line that opens it, and each within the one before."""
    html = ""
    for number, hint in reversed(list(enumerate(hints, 1))):
        of = f" {number} of {len(hints)}" if len(hints) > 1 else ""
        html = f"<details><summary>Hint{of}</summary><div>{markup(hint)}</div>{html}</details>"
    return html
