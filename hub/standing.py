"""Where a learner is in the course, from their ``my/progress.json``.

The learner can write anything there, and put anything in its place. So no link is followed on the
way to the file, no more than `LARGEST` bytes of it are read, and of its words only those are shown
that the course has as well.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bpflab.course.asked import Asked
from bpflab.course.records import Exercise, Progress, parsed

LARGEST = 1 << 18
"""Bytes. The file of a learner who did the whole course has about 20,000."""
MOST_TRIES = 9999
SAID = {
    "no-answer": "the answer's cell did not run",
    "not-compiled": "does not compile",
    "refused": "refused by the verifier",
    "cannot-run": "this machine cannot judge it",
    "failed": "the judge could not try it",
    "silent": "nothing came",
    "wrong": "not yet",
    "leftover": "right, but something is left behind",
    "solved": "solved",
}
"""What a check said, in a few words, by the status that is kept."""


@dataclass(frozen=True)
class Standing:
    """Where a learner is. A time is None where it is not known.

    Attributes:
        learner: the name of their account.
        note: why nothing more is known, or "".
        lesson: the one of the last exercise or prediction, as ``02``.
        exercise: the last one that was checked there, as ``02-1``, or "".
        said: what its last check said.
        tries: how often it was checked.
        began: when it was first checked.
        last: when an exercise was last checked, or a prediction made.
        here: how many exercises of the lesson are solved, of how many: "1 of 5".
        solved: how many of the course are solved, of how many.
    """

    learner: str
    note: str = ""
    lesson: str = ""
    exercise: str = ""
    said: str = ""
    tries: int = 0
    began: datetime | None = None
    last: datetime | None = None
    here: str = ""
    solved: str = ""

    @property
    def at_it_since(self) -> datetime | None:
        """Return since when an exercise is tried that is not solved."""
        return None if self.said == SAID["solved"] else self.began


def standing(learner: str, course: Iterable[Asked], now: datetime) -> Standing:
    """Return where a learner is, from the file in their home; or a note, and no error."""
    try:
        account = pwd.getpwnam(learner)
        progress = parsed(text(Path(account.pw_dir), account.pw_uid))
    except FileNotFoundError:
        return Standing(learner, "nothing checked yet")
    except (OSError, ValueError, KeyError):
        return Standing(learner, "their progress cannot be read")
    return placed(learner, progress, course, now)


def placed(learner: str, progress: Progress, course: Iterable[Asked], now: datetime) -> Standing:
    """Return where a learner is who has made that *progress*."""
    lessons = {one.lesson: one for one in course}
    lesson_of = {number: name for name, one in lessons.items() for number in one.exercises}
    known = {one.number: one for one in progress.exercises if one.number in lesson_of}
    places = [
        (when(one.when, now), lesson_of[one.number], one)
        for one in known.values()
        if one.status in SAID and one.tries > 0
    ]
    places += [
        (when(one.when, now), one.lesson, Exercise(""))
        for one in progress.predictions
        if one.lesson in lessons
    ]
    if not places:
        return Standing(learner, "nothing checked yet")
    last, lesson, _ = max(reversed(places), key=_time)
    of_lesson = [place for place in places if place[1] == lesson and place[2].number]
    at = max(reversed(of_lesson), key=_time)[2] if of_lesson else Exercise("")
    return Standing(
        learner,
        lesson=lesson,
        exercise=at.number,
        said=SAID.get(at.status, ""),
        tries=min(at.tries, MOST_TRIES),
        began=when(at.began, now),
        last=last,
        here=_solved(known, lessons[lesson].exercises),
        solved=_solved(known, lesson_of),
    )


def when(text: str, now: datetime) -> datetime | None:
    """Return the time of a file, at most *now*: another machine's clock may be ahead."""
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), now)
    except (ValueError, OverflowError, OSError):
        return None


def since(time: datetime | None, now: datetime) -> str:
    """Return how long ago *time* was: "0 min", "1 h 05 min", "3 days"."""
    if time is None:
        return "-"
    minutes = int((now - time).total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    return f"{minutes // (24 * 60)} days"


def text(home: Path, owner: int) -> str:
    """Return what ``my/progress.json`` below *home* holds.

    It never waits: not for a fifo, and not for a lease that a learner took.

    Raises:
        FileNotFoundError: there is none.
        OSError: a link is on the way, or it is no file of *owner*, or too large.
        ValueError: it is no text.
    """
    above: int | None = None
    with contextlib.ExitStack() as opened:
        for name, kind in (
            (home, os.O_DIRECTORY),
            ("my", os.O_DIRECTORY),
            ("progress.json", os.O_NONBLOCK),
        ):
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind
            above = os.open(name, flags, dir_fd=above)
            opened.callback(os.close, above)
        facts = os.fstat(above)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != owner:
            raise OSError("it is no file of the learner's")
        content = os.read(above, LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError("it is too large")
    return content.decode()


def _time(place: tuple[datetime | None, str, Exercise]) -> datetime:
    return place[0] or datetime.min.replace(tzinfo=UTC)


def _solved(known: dict[str, Exercise], numbers: Iterable[str]) -> str:
    mine = [bool(known[number].solved) if number in known else False for number in numbers]
    return f"{sum(mine)} of {len(mine)}"
