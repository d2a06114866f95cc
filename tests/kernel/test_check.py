"""`check` on the running kernel: how a program stands that was really loaded; and `expect`."""

import pytest

from bpflab import LabError, check, expect, load
from bpflab.exercises import exercise
from bpflab.source import find
from tests.course.solutions import fenced, solutions

pytestmark = pytest.mark.usefixtures("nothing_left")

EXECVE = "syscalls:sys_enter_execve"


@pytest.fixture(autouse=True)
def unrecorded(monkeypatch):
    """Note nothing in anybody's progress."""
    from bpflab.course import progress

    monkeypatch.setattr(progress, "record_exercise", lambda *_: None)


def solved():
    """Return the program that solves 02-1."""
    return fenced(solutions()["02-1"])[1]


def test_the_lessons_own_program_is_told_what_is_missing():
    """The verdict says which field, and which there are."""
    made = check("02-1", find("first_map/right_map").listing())
    assert made.status == "wrong"
    assert "no field uid. It has" in made.text


def test_a_made_up_value_is_seen_through():
    """A program that sends another path than the one executed: expected and seen stand there."""
    made = check("02-1", solved().replace("filename);", "filename);\n\te->path[1] = 'x';"))
    assert made.status == "wrong"
    assert "is wrong in path" in made.text and "/xmp/" in made.text


def test_a_text_that_does_not_compile():
    """Its panel stands in the verdict, with the line, and the hints below."""
    made = check("02-1", "int hook(void *ctx) { return 0 }", hints=1)
    assert made.status == "not-compiled"
    assert "02-1:1" in made.text
    assert made.html.index("►") < made.html.index("<summary>The whole log")
    assert made.html.index("<summary>The whole log") < made.html.index("<summary>Hint 1")


def test_a_text_that_the_verifier_refuses():
    """It compiles; the verdict says who refuses it."""
    made = check("02-1", solved().replace("sizeof(e->path), ctx", "1024, ctx"))
    assert made.status == "refused"


def test_a_program_that_sends_nothing():
    """It is attached, and silent."""
    made = check("02-1", solved().replace("if (!e)", "if (e)\n\t\treturn 0;\n\tif (!e)"))
    assert made.status == "silent"
    assert "commands ran while it was attached" in made.text


def test_a_program_that_the_judge_cannot_use():
    """It has no ring, so no event can come."""
    made = check("02-1", "int hook(void *ctx) { return 0; }")
    assert (made.status, "no-ring" in made.text) == ("failed", True)


def test_a_right_program_that_is_still_attached():
    """The learner's own program stays as it is; the verdict says how to detach it."""
    with load("mine", text=solved()) as program:
        assert check("02-1", program).passed
        program.attach(hook=EXECVE)
        made = check("02-1", program)
        assert made.status == "leftover"
        assert "answer_02_1.detach()" in made.text
        assert program.links


def test_what_this_machine_cannot_do_is_no_fault_of_the_answer(monkeypatch):
    """A privilege that is missing is said as that, and no hint is offered."""

    def judge(_):
        raise LabError("privilege", "The kernel lets this process load no program.")

    monkeypatch.setattr(exercise, "_all", dict(exercise._all))
    exercise.of_program("02-9", "A hint.")(judge)
    made = check("02-9", "int hook(void *ctx) { return 0; }")
    assert (made.status, "Hint" in made.html) == ("cannot-run", False)


def test_expect_fails_when_nothing_is_refused(capsys):
    """An expected refusal is shown; another kind, or none, is a failure."""
    with expect("no-source"):
        load("nosuch")
    assert "no-source" in capsys.readouterr().out
    with pytest.raises(AssertionError), expect("stack"):
        load("start_here/execs").close()
    with pytest.raises(LabError), expect("stack"):
        load("nosuch")
