"""``predict``: a question to answer before a cell runs, and the guess beside what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpflab import notebook
from bpflab.arguments import checked
from bpflab.course import progress
from bpflab.course.asked import lesson_here
from bpflab.course.records import Outcome
from bpflab.errors import LabError
from bpflab.notebook import watched
from bpflab.text import safe_text
from bpflab.views.beside import show
from bpflab.views.view import View, inline

if TYPE_CHECKING:
    from bpflab.course.choice import Choice

_LONGEST = 200
_SAID: dict[Outcome, str] = {
    "foreseen": "As I foresaw",
    "surprised": "It surprised me",
}
_BOX = "border-left:4px solid #0072b2;padding:.1em .9em;margin:.3em 0"
_waiting: dict[tuple[str, str], _Asked] = {}  # by cell and question, until the next cell has run
_below: dict[tuple[str, str], _Compared] = {}  # by the same, until the question is asked again


@checked
def predict(question: str, *options: str) -> None:
    """Ask what the next cell will show: one of *options*, or without any a guess that is typed.

    The guess can be changed until the next cell has run. Then it stands below that cell's output,
    and the learner says whether it came as foreseen; where nothing was guessed, nothing is shown.
    What stands between two backticks is code. Where nobody watches (``BPFLAB_HEADLESS``, no
    notebook) the question and the options are shown, and nothing else happens.

    Raises:
        LabError: ``argument`` where there is only one option, or one of them twice.

    >>> predict("How many rows will it count?", "3", "23", "as many as the machine starts")
    """
    if len(options) == 1 or len(set(options)) < len(options):
        raise LabError("argument", "predict takes no options, or at least two different ones.")
    if not watched():
        show(_asks(question, options))
        return
    shell = notebook.shell()
    cell = (shell.get_parent().get("metadata") or {}).get("cellId") or ""
    asked = _Asked(cell, question, options)
    if same := _waiting.pop((cell, question), None):
        if same.options == options:
            asked.widget.picked, asked.widget.typed = same.widget.picked, same.widget.typed
        same.widget.close()
    if earlier := _below.pop((cell, question), None):
        earlier.fix()
    asked.handle = _display(asked.widget, _asks(question, options))
    _waiting[cell, question] = asked
    shell.events.register("post_run_cell", _after)  # once, however often it is called


@dataclass
class _Asked:
    """A question that waits for its answer."""

    cell: str
    question: str
    options: tuple[str, ...]
    fresh: bool = True  # its own cell has not ended
    handle: Any = None
    widget: Choice = field(init=False)

    def __post_init__(self) -> None:
        from bpflab.course.choice import Choice

        self.widget = Choice(_head(self.question), [inline(one) for one in self.options])

    @property
    def guess(self) -> str:
        """What was picked or typed; the page may send anything."""
        if self.options:
            at = self.widget.picked
            return self.options[at] if 0 <= at < len(self.options) else ""
        return safe_text(str(self.widget.typed).strip()[:_LONGEST])

    def fix(self) -> None:
        """Let nothing change any more, and show the guess below the cell that runs now."""
        guess = self.guess
        self.handle.update(_asks(self.question, self.options, guess))
        self.widget.fix()
        if guess:
            below = _Compared(lesson_here(self.question), self.question, guess)
            _below[self.cell, self.question] = below
            below.show()


@dataclass
class _Compared:
    """A guess below what came out."""

    lesson: str
    question: str
    guess: str
    outcome: Outcome | None = None
    handle: Any = None
    widget: Any = None

    def show(self) -> None:
        """Ask how it came out."""
        from bpflab.course.choice import Choice

        head, labels = f"You predicted: {inline(self.guess)}", list(_SAID.values())
        self.widget = Choice(head, labels, self.say, self.leave)
        self.handle = _display(self.widget, self.view)
        progress.record_prediction(self.lesson, self.question, self.guess, None)

    def say(self) -> None:
        """Keep what the learner says; it can still be changed while the focus is there."""
        if 0 <= self.widget.picked < len(_SAID):
            self.outcome = list(_SAID)[self.widget.picked]
            progress.record_prediction(self.lesson, self.question, self.guess, self.outcome)

    def leave(self) -> None:
        """Let nothing change any more once the learner has said it, and the focus is elsewhere."""
        if self.outcome:
            self.fix()

    def fix(self) -> None:
        """Put plain HTML in the widget's place, which the notebook keeps."""
        self.handle.update(self.view)
        self.widget.fix()

    @property
    def view(self) -> View:
        """What stays."""
        said = f" · {_SAID[self.outcome]}" if self.outcome else ""
        html = f'<p style="{_BOX}">You predicted: {inline(self.guess)}{said}</p>'
        return View(html, f"You predicted: {self.guess}{said}")


def _after(result: Any) -> None:
    """Show the guesses below the cell that has run; after a fault they wait for the next one."""
    fresh = [asked for asked in _waiting.values() if asked.fresh]
    for asked in fresh:
        asked.fresh = False
    if fresh or not (result and result.success and result.execution_count):
        return  # a cell that asks is no answer
    due = list(_waiting.values())
    _waiting.clear()
    for asked in due:
        asked.fix()


def _display(widget: Choice, otherwise: View) -> Any:
    from IPython.display import display

    show: Any = display  # which has no types of its own
    return show(widget.bundle(otherwise._repr_mimebundle_()), raw=True, display_id=True)


def _asks(question: str, options: tuple[str, ...], guess: str = "") -> View:
    """Return the question as it stands in every page, and the guess once it is fixed."""
    items = "".join(f"<li>{inline(option)}</li>" for option in options)
    html = f'<p style="margin:.3em 0">{_head(question)}</p>' + (
        f'<ul style="margin:0">{items}</ul>' if items else ""
    )
    lines = [f"Predict. {question}", *(f"- {option}" for option in options)]
    if guess:
        html += f'<p style="{_BOX}">You predicted: {inline(guess)}</p>'
        lines.append(f"You predicted: {guess}")
    return View(html, "\n".join(lines))


def _head(question: str) -> str:
    return f"<strong>Predict.</strong> {inline(question)}"
