"""Where a learner is, from a file in which the learner may have written anything."""

import os
import pwd
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bpflab.course import asked
from bpflab.course.progress import NO_TRY
from bpflab.course.records import Exercise, Prediction, Progress, dumped
from bpflab.exercises.verdict import HEADS
from hub import standing
from hub.consent import Consent
from hub.standing import SAID, placed, since, text

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
COURSE = tuple(asked.of_course())
ME = os.getuid()


def ago(minutes):
    """Return a time as the file has it."""
    return (NOW - timedelta(minutes=minutes)).isoformat(timespec="seconds")


def tried(number, status, minutes, began=0, tries=1):
    """Return an exercise whose last try was so long ago."""
    solved = ago(minutes) if status == "solved" else ""
    return Exercise(number, status, tries, solved, ago(began or minutes), ago(minutes))


def of(*exercises, predictions=()):
    """Return where somebody is who has done that."""
    return placed("anna", Progress(exercises, tuple(predictions)), COURSE, NOW)


def test_the_last_try_says_where_a_learner_is():
    """Whatever stands last in the file; the tries, since when, and what is solved."""
    at = of(
        tried("03-1", "refused", 2, began=30, tries=7),
        tried("03-2", "solved", 20),
        tried("02-1", "solved", 50),
    )
    assert (at.lesson, at.exercise, at.said, at.tries) == ("03", "03-1", SAID["refused"], 7)
    assert at.at_it_since == NOW - timedelta(minutes=30) and at.last == NOW - timedelta(minutes=2)
    assert (at.here, at.solved.split()[0]) == ("1 of 5", "2")
    assert int(at.solved.split()[2]) == sum(len(one.exercises) for one in COURSE)


def test_nobody_is_at_a_solved_exercise():
    """Nor at one that was only looked at."""
    assert of(tried("02-1", "solved", 5)).at_it_since is None
    looked = Exercise("02-2", "cannot-run", 0)
    assert of(tried("02-1", "wrong", 5), looked).exercise == "02-1"
    assert of(looked).note == "nothing checked yet"


def test_a_prediction_says_the_lesson_and_nothing_else():
    """A newer one in another lesson; of one in the same lesson the exercise stays."""
    guess = Prediction("04", "Which <b>?", "a secret", "surprised", ago(1))
    at = of(tried("02-1", "wrong", 5), predictions=[guess])
    assert (at.lesson, at.exercise, at.tries, at.here.split()[0]) == ("04", "", 0, "0")
    assert "secret" not in repr(at) and "surprised" not in repr(at)
    at = of(tried("04-1", "wrong", 5), predictions=[guess])
    assert (at.exercise, at.last) == ("04-1", NOW - timedelta(minutes=1))


def test_a_file_of_an_older_version_has_no_times():
    """The newest stands last there."""
    rows = [Exercise("03-2", "wrong", 4), Exercise("02-2", "silent", 3)]
    at = of(*rows, Exercise("02-1", "wrong", 2))
    assert (at.exercise, at.tries, at.at_it_since, at.last) == ("02-1", 2, None, None)


@pytest.mark.parametrize(
    "row",
    [
        Exercise("<script>", "wrong", 1),
        Exercise("99-9", "wrong", 1),
        Exercise("02-1", "<b>mine</b>", 1),
        Exercise("02-1", "wrong", -5),
    ],
)
def test_words_that_the_course_does_not_have_are_not_shown(row):
    """Neither numbers nor statuses; what else the learner has done is."""
    assert of(row).note
    assert of(tried("02-3", "wrong", 3), row).exercise == "02-3"


def test_numbers_and_times_have_bounds():
    """Tries beyond all reason, a time to come, and what is none."""
    at = of(Exercise("02-1", "wrong", 10**400, "", "9999-12-31T23:59:59-23:59", "2026"))
    assert at.tries == standing.MOST_TRIES and at.last is None
    assert at.at_it_since in (None, NOW)
    ahead = of(Exercise("02-1", "wrong", 1, "", ago(-9), ago(-7)))
    assert since(ahead.at_it_since, NOW) == since(ahead.last, NOW) == "0 min"
    assert since(NOW.replace(year=1), NOW).endswith(" days")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (59.9, "59 min"), (65, "1 h 05 min"), (2880, "2 days"), (1e5, "69 days")],
)
def test_how_long_ago(minutes, words):
    """Minutes, hours, or days."""
    assert since(NOW - timedelta(minutes=minutes), NOW) == words


def test_each_status_of_a_try_has_its_words():
    """A check that says something new must be told to the instructor, too."""
    assert set(SAID) == set(HEADS) - {"untouched", "missing"}
    assert set(NO_TRY) - set(SAID) == {"untouched", "missing"}


@pytest.fixture
def home(tmp_path):
    """A learner's home, with a file of theirs."""
    (tmp_path / "my").mkdir()
    (tmp_path / "my/progress.json").write_text("{}")
    (tmp_path / "secret").write_text("root's")
    return tmp_path


def test_the_file_is_read(home):
    """As it is; without one there is an error of its own."""
    assert text(home, ME) == "{}"
    (home / "my/progress.json").unlink()
    with pytest.raises(FileNotFoundError):
        text(home, ME)


def put(home, what):
    """Put something in the place of the learner's file, or of what is above it."""
    my, file = home / "my", home / "my/progress.json"
    file.unlink()
    match what:
        case "a link":
            file.symlink_to(home / "secret")
        case "a link above":
            my.rename(home / "elsewhere")
            (home / "elsewhere/progress.json").write_text("root's")
            my.symlink_to(home / "elsewhere")
        case "a home that is a link":
            file.write_text("root's")
            home.rename(home.with_name("elsewhere"))
            home.symlink_to(home.with_name("elsewhere"))
        case "a fifo":
            os.mkfifo(file)
        case "a fifo above":
            my.rmdir()
            os.mkfifo(my)
        case "a socket":
            with socket.socket(socket.AF_UNIX) as one:
                one.bind(str(file))
        case "a folder":
            file.mkdir()
        case "too large":
            file.write_text(" " * (standing.LARGEST + 1))
        case "a terabyte of holes":
            file.touch()
            os.truncate(file, 1 << 40)
        case "no text":
            file.write_bytes(b"\xff")


THINGS = ("a link", "a link above", "a home that is a link", "a fifo", "a fifo above")
THINGS += ("a socket", "a folder", "too large", "a terabyte of holes", "no text")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("what", THINGS)
def test_what_a_learner_puts_there_is_refused(home, what):
    """At once, nothing of it is read, and no descriptor stays open."""
    put(home, what)
    before = len([*Path("/proc/self/fd").iterdir()])
    with pytest.raises((OSError, ValueError)) as refused:
        text(home, ME)
    assert not isinstance(refused.value, FileNotFoundError)
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_a_file_of_another_user_is_refused(home):
    """As a second name of a file that the learner may not read."""
    with pytest.raises(OSError, match="no file of the learner's"):
        text(home, ME + 1)


@pytest.mark.parametrize("content", ["[" * 200_000, '{"exercises": 3}', "", "1" * 200_000])
def test_a_damaged_file_is_a_note(home, monkeypatch, content):
    """The row says that it cannot be read."""
    account = pwd.struct_passwd(("anna", "x", ME, ME, "", str(home), ""))
    monkeypatch.setattr(pwd, "getpwnam", lambda _: account)
    (home / "my/progress.json").write_text(content)
    row = standing.standing("anna", COURSE, NOW)
    assert row == standing.Standing("anna", "their progress cannot be read")
    (home / "my/progress.json").write_text(dumped(Progress((tried("02-1", "wrong", 1),))))
    assert standing.standing("anna", COURSE, NOW).exercise == "02-1"


def test_consent_is_for_those_who_were_named(tmp_path):
    """It holds when the hub starts again, and with fewer instructors, but not with another one."""
    folder = tmp_path / "consent"
    first = Consent(folder, ["anna", "bert"], ["carla", "dora"])
    assert not first.given("anna")
    first.give("anna")
    assert first.given("anna") and not first.given("bert")
    assert Consent(folder, ["anna", "bert"], ["carla"]).given("anna")
    assert not Consent(folder, ["anna", "bert"], ["carla", "emil"]).given("anna")
    assert folder.stat().st_mode & 0o777 == 0o700
    first.take_back("anna")
    first.take_back("anna")
    assert not first.given("anna")


def test_consent_ends_with_the_name_in_the_class(tmp_path):
    """Who comes back later is asked anew; and nobody but a learner has a file."""
    folder = tmp_path / "consent"
    Consent(folder, ["anna"], ["carla"]).give("anna")
    later = Consent(folder, ["bert"], ["carla"])
    assert list(folder.iterdir()) == []
    assert not Consent(folder, ["anna"], ["carla"]).given("anna")
    for name in ("../codes", "carla", ""):
        with pytest.raises(KeyError):
            later.give(name)
