"""`check` in a notebook: how the answer's cell stands, before any judge is asked."""

import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from bpflab import LabError
from bpflab.cell import attempts
from bpflab.course import progress
from bpflab.exercises import answer as answers
from bpflab.exercises import exercise
from bpflab.exercises.check import check
from bpflab.exercises.exercise import Wrong, find, of_lesson
from bpflab.exercises.verdict import HEADS, verdict

GIVEN = {"99-1": "answer_99_1 = []  # which?", "99-2": "%%bpf answer_99_2\nint hook() { }\n"}


@pytest.fixture
def tried(monkeypatch):
    """Return what `check` noted in the learner's progress."""
    noted = []
    monkeypatch.setattr(progress, "record_exercise", lambda *one: noted.append(one))
    return noted


@pytest.fixture
def shell(monkeypatch, tmp_path, tried):
    """Give a running IPython, and two exercises of a lesson that only this test has."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setattr(exercise, "_all", dict(exercise._all))
    monkeypatch.setattr(answers, "given", GIVEN.get)
    monkeypatch.setattr(answers, "cell_id", {"99-2": "of-99-2"}.get)
    monkeypatch.setattr(attempts, "_last", {})
    monkeypatch.setattr(attempts, "_programs", {})
    exercise.of_value("99-1", "The first hint.", "The second.")(judge)
    exercise.of_program("99-2", "Look.")(judge)
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    attempts.install(shell)
    yield shell
    shell.user_ns.clear()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def judge(answer):
    """Accept a list of one item."""
    if len(answer) != 1:
        raise Wrong("It has no single item.", [("items", 1, len(answer))])
    return "One item."


def run(shell, cell, id=None):
    """Run a cell, whatever it comes to, with the id that a page gives it."""
    shell.run_cell(cell, store_history=True, silent=False, cell_id=id)


def test_a_cell_that_nobody_ran_has_no_answer(shell, tried):
    """The verdict names the variable, and no try is noted."""
    made = check("99-1")
    assert (made.status, "answer_99_1 has no value" in made.text) == ("missing", True)
    assert tried == []


def test_a_cell_as_the_lesson_gives_it_is_no_try(shell, tried):
    """Whatever its comments; and hints are not offered."""
    for cell in (GIVEN["99-1"], "answer_99_1 = [ ]"):
        run(shell, cell)
        made = check("99-1")
        assert (made.status, "Hint" in made.html) == ("untouched", False)
    assert tried == []


def test_an_answer_is_judged_and_noted(shell, tried):
    """First a wrong one, then the right one."""
    run(shell, "answer_99_1 = [1, 2]")
    made = check("99-1")
    assert made.status == "wrong" and "expected" in made.text
    run(shell, "answer_99_1 = [1]")
    assert check("99-1").passed
    assert tried == [("99-1", "wrong"), ("99-1", "solved")]


@pytest.mark.parametrize("cell", ["answer_99_1 = [1", "answer_99_1 = [nowhere]"])
def test_a_cell_that_failed_is_not_judged_by_its_old_answer(shell, cell, capsys):
    """Neither one that is no Python, nor one that ended with an error."""
    run(shell, "answer_99_1 = [1]")
    run(shell, cell)
    assert check("99-1").status == "no-answer"


@pytest.mark.parametrize(
    "cell",
    ["if True:\n    answer_99_1 = [1]", "answer_99_1, other = [1], 2", "def answer_99_1(): ..."],
)
def test_however_the_answer_gets_its_value(shell, cell, capsys):
    """It is not the given cell that is judged."""
    run(shell, GIVEN["99-1"])
    run(shell, cell)
    assert attempts.last("answer_99_1").source == cell


@pytest.mark.parametrize("cell", ["answer_99_1.nowhere", "answer_99_1 == 3", "len(answer_99_1, 1)"])
def test_a_cell_that_only_looks_at_the_answer_is_none(shell, cell, capsys):
    """Whether it fails or not, the answer is as it was."""
    run(shell, "answer_99_1 = [1]")
    run(shell, cell)
    assert check("99-1").passed


def test_what_ended_the_cell_is_not_called_a_program(shell, capsys):
    """A line of the magic that cannot be read, or any other fault before a load."""
    run(shell, "from bpflab import LabError\nanswer_99_1 = []\nraise LabError('argument', 'No.')")
    made = check("99-1")
    assert (made.status, "does not compile" in made.text) == ("no-answer", False)


def test_a_judge_that_meets_a_fault_of_the_machine(shell, monkeypatch):
    """It is no try, and no fault of the answer."""

    def fails(_):
        raise LabError("standby", "The process did not start.")

    exercise.of_value("99-1", "A hint.")(fails)
    made = check("99-1", [1])
    assert (made.status, "Hint" in made.html) == ("cannot-run", False)


def test_a_file_that_cannot_be_read(tried):
    """It is named, and the reason."""
    with pytest.raises(LabError) as caught:
        check("02-1", "/nowhere/mine.c")
    assert caught.value.kind == "no-file"


def test_a_script_has_answers_too(monkeypatch, tried):
    """Its own variables are its notebook."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "answer_02_2", -1, raising=False)
    assert check("02-2").status == "wrong"


def test_hints_are_shut_and_one_lies_in_the_other(shell):
    """The page has both behind lines that open them; the text has those that were asked for."""
    run(shell, "answer_99_1 = [1, 2]")
    made = check("99-1")
    assert made.html.count("<details>") == 2 and "<details open" not in made.html
    assert made.html.index("Hint 1 of 2") < made.html.index("Hint 2 of 2")
    assert "The first hint." not in made.text
    assert "add hints=1 to check" in made.text
    made = check("99-1", hints=1)
    assert "Hint 1: The first hint." in made.text and "The second." not in made.text


def test_what_was_seen_is_escaped():
    """A path is whatever somebody called it."""
    made = verdict(find("02-1"), "wrong", "<b>", [("<i>", "<s>", "<u>")])
    for tag in ("<b>", "<i>", "<s>", "<u>"):
        assert tag not in made.html


def test_a_value_is_no_program(shell):
    """Nor is one judged as C."""
    run(shell, "answer_99_2 = 5")
    made = check("99-2")
    assert (made.status, "%%bpf answer_99_2" in made.text) == ("wrong", True)


def test_an_exercise_that_is_not_there_brings_the_near_ones():
    """A wrong number is refused, by the kind of every wrong name."""
    with pytest.raises(LabError) as caught:
        check("02-11")
    assert (caught.value.kind, "02-1" in caught.value.fix) == ("no-exercise", True)
    assert of_lesson("99") == []


def test_each_status_has_its_sentence():
    """And no two have the same."""
    assert len(set(HEADS.values())) == len(HEADS)


@pytest.mark.parametrize("as_a", [str, Path])
def test_a_file_may_be_given_with_the_magics_line(shell, tmp_path, as_a):
    """Its C is below; as the lesson gives it is no try."""
    file = tmp_path / "mine.c"
    file.write_text(GIVEN["99-2"], encoding="utf-8")
    assert check("99-2", as_a(file)).status == "untouched"
    assert answers.as_given(find("99-2"), as_a(file)).status == "untouched"
    file.write_text("%%bpf answer_99_2\nint other;", encoding="utf-8")
    assert answers.as_given(find("99-2"), as_a(file)).value == "int other;"


RENAMED = "The cell above makes answer; the first line of this exercise must name answer_99_2."


def test_a_cell_whose_name_was_changed_has_no_answer(shell, capsys):
    """The older program is not judged, and the sentence says where the name stands."""
    run(shell, "%%bpf answer_99_2\nint f;", "a")
    assert check("99-2").status != "missing"
    run(shell, "%%bpf answer\nint f;", "a")
    made = check("99-2")
    assert (made.status, RENAMED in made.text) == ("missing", True)
    run(shell, "%%bpf answer_99_2\nint f;", "a")
    assert check("99-2").status != "missing"


def test_a_cell_that_never_had_the_right_name_is_known_by_its_id(shell, capsys):
    """It is that of the lesson's own cell."""
    run(shell, "%%bpf answer\nint f;", "of-99-2")
    assert RENAMED in check("99-2").text


@pytest.mark.parametrize(("first", "second"), [("a", "b"), (None, None)])
def test_another_cell_with_a_program_of_its_own_takes_nothing_away(shell, first, second, capsys):
    """Nor does any cell where the page tells no ids."""
    run(shell, "%%bpf answer_99_2\nint f;", first)
    run(shell, "%%bpf answer\nint f;", second)
    assert check("99-2").status != "missing"


def test_an_answer_that_another_cell_gave_since_is_judged(shell, capsys):
    """The cell of the other name ran before it."""
    run(shell, "%%bpf answer\nint f;", "of-99-2")
    run(shell, "%%bpf answer_99_2\nint f;", "b")
    assert check("99-2").status != "missing"
