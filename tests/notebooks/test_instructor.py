"""docs/instructor.md: its schedules leave each lesson its minutes, and it has a part for each."""

import re

import pytest

from bpflab.course.notebooks import lessons, read
from bpflab.paths import NUMBER, ROOT, number_of
from tests.course.solutions import exercises
from tests.notebooks.minutes import shown_minutes

PAGE = ROOT / "docs/instructor.md"
SLOT = re.compile(r"^\| (\d+(?::\d\d)?)-(\d+(?::\d\d)?) \| (.+) \|$", re.MULTILINE)
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def _clock(text):
    """Return ``9:15`` or ``15`` in minutes."""
    hours, _, minutes = text.rpartition(":")
    return int(hours or 0) * 60 + int(minutes)


def _schedules():
    """Return each schedule as its slots: from, to, what."""
    text = PAGE.read_text(encoding="utf-8")
    tables = [SLOT.findall(table) for table in TABLE.findall(text)]
    return [[(_clock(a), _clock(b), what) for a, b, what in slots] for slots in tables if slots]


@pytest.mark.parametrize("schedule", _schedules(), ids=["three hours", "a day", "the second day"])
def test_a_schedule_has_room_for_its_lessons(schedule):
    """One slot begins where another one ends, and a lesson's slot holds its main path."""
    known = {number_of(path.name): shown_minutes(path)[0] for path in lessons()}
    taught = [(end - at, re.match(NUMBER, what)) for at, end, what in schedule]
    short = [
        (lesson[0], known[lesson[0]], room)
        for room, lesson in taught
        if lesson and known[lesson[0]] > room
    ]

    assert [end for _, end, _ in schedule[:-1]] == [at for at, _, _ in schedule[1:]]
    assert sum(bool(lesson) for _, lesson in taught) >= 4
    assert short == []


def test_each_lesson_has_its_part():
    """In the order of the course."""
    heads = re.findall(rf"^### ({NUMBER}) ", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert heads == [number_of(path.name) for path in lessons()]


def test_the_exercises_that_it_names_are_there():
    """By their numbers."""
    there = {number for path in lessons() for number in exercises(read(path).cells)}
    named = set(re.findall(rf"(?<![:\d]){NUMBER}-\d\b(?!:)", PAGE.read_text(encoding="utf-8")))

    assert len(named) > 15
    assert named <= there
