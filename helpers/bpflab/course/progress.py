"""How far a learner has come: one file of theirs, ``my/progress.json``.

Nothing leaves the machine. A class's hub shows some of it to an instructor, if the learner agreed.
It needs the standard library only, so that ``./lab progress`` starts at once.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from bpflab.course.asked import of_course
from bpflab.course.records import Exercise, Outcome, Prediction, Progress, dumped, facts, parsed
from bpflab.files import replace_text, second_name
from bpflab.notebook import watched
from bpflab.paths import ROOT
from bpflab.text import safe_text

if TYPE_CHECKING:
    import pandas as pd

SOLVED = "solved"
NO_TRY = ("untouched", "missing", "cannot-run")
"""What an exercise can be without that its learner has tried it."""
FILE = ROOT / "my" / "progress.json"
_WAIT_S = 5.0  # for another kernel, which needs a millisecond
_said: set[str] = set()


def record_exercise(number: str, status: str) -> None:
    """Keep what a check said, where somebody watches.

    The status ``solved`` is what solves it, and `NO_TRY` counts as no try.

    Raises nothing: where the file cannot be written, a line says so.
    """

    def change(now: Progress) -> Progress:
        old = next((one for one in now.exercises if one.number == number), Exercise(number))
        solved = old.solved or (_now() if status == SOLVED else "")
        new = replace(old, status=status, solved=solved)
        if status not in NO_TRY:
            began = _now() if not old.tries else old.began
            new = replace(new, tries=old.tries + 1, began=began, when=_now())
        others = [one for one in now.exercises if one.number != number]
        return replace(now, exercises=(*others, new))

    _change(change)


def record_prediction(lesson: str, question: str, guess: str, outcome: Outcome | None) -> None:
    """Keep a guess, in the place of an earlier one to the same question, where somebody watches."""

    def change(now: Progress) -> Progress:
        same = [one for one in now.predictions if (one.lesson, one.question) == (lesson, question)]
        others = [one for one in now.predictions if one not in same]
        old = same[-1] if same else Prediction(lesson, question, guess)
        new = replace(old, guess=guess, outcome=outcome, when=_now())
        return replace(now, predictions=(*others, new))

    _change(change)


def read() -> Progress:
    """Return what is kept; nothing of a file that cannot be read."""
    try:
        return _read()
    except (OSError, ValueError) as error:
        _say(f"{FILE.name} cannot be read: {error}.")
        return Progress()


def frame() -> pd.DataFrame:
    """Return a row a lesson: ``exercises`` and ``foreseen`` ("1 of 2"), ``surprised``, ``done``."""
    import pandas as pd

    rows = {row.pop("lesson"): _shown(row) for row in _rows()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("lesson")


def main(as_json: bool = False) -> int:
    """Print the course with what is done of it, and return 0: for ``./lab progress [--json]``."""
    if as_json:
        print(json.dumps({"lessons": list(_rows()), **facts(read())}, indent=2))
        return 0
    head = ("lesson", "exercises", "foreseen", "surprised", "done")
    lines = [head, *((row.pop("lesson"), *_shown(row).values()) for row in _rows())]
    widths = [max(len(line[at]) for line in lines) for at in range(len(head))]
    for line in lines:
        print(
            "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        )
    return 0


def _rows() -> Iterator[dict[str, Any]]:
    now = read()
    for lesson in of_course(_say):
        exercises, predictions = now.of(lesson)
        outcomes = [one.outcome for one in predictions]
        solved = sum(bool(one.solved) for one in exercises)
        yield {
            "lesson": lesson.name,
            "exercises": {"solved": solved, "of": len(exercises)},
            "predictions": {name: outcomes.count(name) for name in get_args(Outcome)}
            | {"guessed": len(outcomes), "of": lesson.due([one.question for one in predictions])},
            "finished": 0 < len(exercises) == solved,
        }


def _shown(row: dict[str, Any]) -> dict[str, str]:
    exercises, guesses = row["exercises"], row["predictions"]
    return {
        "exercises": f"{exercises['solved']} of {exercises['of']}" if exercises["of"] else "",
        "foreseen": f"{guesses['foreseen']} of {guesses['of']}" if guesses["of"] else "",
        "surprised": str(guesses["surprised"] or ""),
        "done": "✓" if row["finished"] else "",
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _change(change: Callable[[Progress], Progress]) -> None:
    """Read, change and write the file, while no other kernel does; raise nothing."""
    if not watched():
        return
    try:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        with _alone(FILE.parent):
            try:
                now = _read()
            except ValueError:
                now, kept = Progress(), second_name(FILE, "damaged")
                FILE.unlink(missing_ok=True)  # or each try on a full disk would name it once more
                aside = f"it is {kept.name} now, and " if kept else ""
                _say(f"{FILE.name} was damaged: {aside}a new one begins.")
            replace_text(FILE, dumped(change(now)))
    except (OSError, ValueError) as error:  # of a text that cannot be encoded, too
        _say(f"Your progress was not stored: {error}.")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of *folder*, which ends with the process, however that ends."""
    lock, ends = os.open(folder, os.O_RDONLY | os.O_CLOEXEC), time.monotonic() + _WAIT_S
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    raise
                time.sleep(0.002)
        yield
    finally:
        os.close(lock)


def _read() -> Progress:
    """Return what the file says. A file that says something else is a `ValueError`."""
    try:
        return parsed(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Progress()


def _say(text: str) -> None:
    """Say it in one line, once: no cell fails for it."""
    if text not in _said:
        _said.add(text)
        print(safe_text(text), file=sys.stderr)
