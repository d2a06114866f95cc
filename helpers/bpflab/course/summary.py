"""``summary``: what came of a lesson, or of the whole course."""

from __future__ import annotations

from bpflab.arguments import checked
from bpflab.course import notebooks, progress
from bpflab.course.asked import Asked, asked
from bpflab.course.records import Exercise, Outcome
from bpflab.notebook import watched
from bpflab.text import counted, safe_text
from bpflab.views.table import table
from bpflab.views.view import View, figure, inline

_HEADS: dict[Outcome | None, str] = {
    "foreseen": "You foresaw",
    "surprised": "It surprised you",
    None: "You predicted, and have not said how it came out",
}
_COURSE = (
    "In your own copy a line for each lesson stands here: how many exercises you have solved,"
    " how many predictions came true, and how many surprised you."
)


@checked
def summary(lesson: str = "") -> View:
    """Show what came of a lesson: its exercises, what was foreseen, and what surprised.

    *lesson* is its number, as in ``"02"``; without one the view has a line a lesson. Where nobody
    watches (``BPFLAB_HEADLESS``, no notebook) it only says what the lesson asks, or what the lines
    will have.

    Raises:
        LabError: ``no-lesson``; ``notebook`` where the lesson's file is damaged.

    >>> summary("02")
    """
    if not lesson and not watched():
        return _sections("The course so far", {_COURSE: []})
    if not lesson:
        return table(progress.frame().reset_index(), "The course so far")
    asks = asked(notebooks.find(lesson))
    if not watched():
        return _sections(f"Lesson {asks.lesson}", {_later(asks): []})
    exercises, predictions = progress.read().of(asks)
    due = asks.due([one.question for one in predictions])
    done = {_counted(exercises): [_status(one) for one in exercises]} if exercises else {}
    for outcome, head in _HEADS.items():
        rows = [
            f"{one.question} You predicted: {one.guess}"
            for one in predictions
            if (one.outcome if one.outcome in _HEADS else None) == outcome
        ]
        done |= {f"{head}: {len(rows)} of {due}": rows} if rows else {}
    if (silent := due - len(predictions)) > 0:
        done[f"Without a guess: {silent} of {due} predictions"] = []
    return _sections(f"Lesson {asks.lesson}: what you did", done)


def _later(asks: Asked) -> str:
    """Return what a page says that is the same for everybody."""
    count, more = asks.due(), len(asks.optional)
    parts = [f"exercises {', '.join(asks.exercises)}"] if asks.exercises else []
    parts += [counted(count, "prediction")] if count else []
    if not parts:
        return "This lesson asks nothing."
    what = " and ".join(parts) + f" ({more} more in optional parts)" * bool(more)
    return f"{what[:1].upper()}{what[1:]}: in your own copy of the lesson your answers stand here."


def _counted(exercises: list[Exercise]) -> str:
    return f"Exercises: {sum(bool(one.solved) for one in exercises)} of {len(exercises)} solved"


def _status(one: Exercise) -> str:
    tries = f"{one.tries} {'try' if one.tries == 1 else 'tries'}"
    if one.solved:
        return f"✓ {one.number} solved, {tries}"
    return f"… {one.number} not yet, {tries}" if one.tries else f"○ {one.number} not tried"


def _sections(title: str, sections: dict[str, list[str]]) -> View:
    """Return a line a section, with its rows below it."""
    html, lines = list[str](), [title]
    for head, rows in sections.items():
        items = "".join(f"<li>{inline(row)}</li>" for row in rows)
        html.append(f'<p style="margin:.4em 0 0">{head}</p>{items and f"<ul>{items}</ul>"}')
        lines += [head, *(f"- {safe_text(row)}" for row in rows)]
    return View(figure(title, *html), "\n".join(lines))
