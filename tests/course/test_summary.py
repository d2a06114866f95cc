"""The end of a lesson: what came of its exercises and predictions."""

import nbformat
import pytest

from bpflab import LabError
from bpflab.course import notebooks, progress
from bpflab.course import summary as module
from bpflab.course.records import Exercise, Prediction, Progress
from bpflab.course.summary import summary

YOU = "You predicted"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two lessons; somebody watches."""
    v4 = nbformat.v4
    cells = ['check("02-1")', 'check("02-2")\ncheck("02-3")', "predict('Does `<b>` fit?')"]
    cells += ["predict('Two?')", "predict('Three?')", "predict('Four?')"]
    for name, of in (("02-first-map", cells), ("03-other", ["predict('One?')"]), ("04-no", [])):
        book = v4.new_notebook(cells=[v4.new_code_cell(text) for text in of])
        nbformat.write(book, tmp_path / f"{name}.ipynb")
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(progress, "FILE", tmp_path / "progress.json")
    monkeypatch.setattr(module, "watched", lambda: True)


def stored(monkeypatch, *rows):
    """Let the file have these exercises and predictions."""
    kinds = ([row for row in rows if isinstance(row, kind)] for kind in (Exercise, Prediction))
    now = Progress(*map(tuple, kinds))
    monkeypatch.setattr(progress, "read", lambda: now)


def test_what_came_of_a_lesson(course, monkeypatch):
    """Exercises solved, tried and left; what was foreseen, what surprised, what was not said."""
    stored(
        monkeypatch,
        Exercise("02-1", "wrong", 4, "2026"),
        Exercise("02-2", "silent", 1),
        Exercise("03-1", "solved", 1, "2026"),
        Prediction("02", "Does `<b>` fit?", "<i>", "foreseen"),
        Prediction("02", "Two?", "2", "surprised"),
        Prediction("02", "Three?", "3", "half"),  # a newer version's word
        Prediction("02", "Of my own?", "3", "foreseen"),
        Prediction("03", "Four?", "4", "foreseen"),
    )
    view = summary("2")
    assert view.text.splitlines() == [
        "Lesson 02: what you did",
        "Exercises: 1 of 3 solved",
        "- ✓ 02-1 solved, 4 tries",
        "- … 02-2 not yet, 1 try",
        "- ○ 02-3 not tried",
        "You foresaw: 1 of 4",
        "- Does `<b>` fit? You predicted: <i>",
        "It surprised you: 1 of 4",
        "- Two? You predicted: 2",
        "You predicted, and have not said how it came out: 1 of 4",
        "- Three? You predicted: 3",
        "Without a guess: 1 of 4 predictions",
    ]
    assert "<code>&lt;b&gt;</code> fit? You predicted: &lt;i&gt;</li>" in view.html


def test_where_nobody_watches_it_is_the_same_each_time(course, monkeypatch):
    """Whatever the file has: nbval compares it."""
    stored(monkeypatch, Exercise("02-1", "solved", 1, "2026"))
    monkeypatch.setattr(module, "watched", lambda: False)
    later = "in your own copy of the lesson your answers stand here."
    assert summary("02").text.splitlines() == [
        "Lesson 02",
        f"Exercises 02-1, 02-2, 02-3 and 4 predictions: {later}",
    ]
    assert summary("03").text.splitlines()[1] == f"1 prediction: {later}"
    assert summary("04").text.splitlines()[1] == "This lesson asks nothing."
    whole = summary().text
    monkeypatch.setattr(progress, "read", Progress)
    assert "a line for each lesson stands here" in whole and summary().text == whole


def test_an_optional_prediction_counts_where_it_was_guessed(course, monkeypatch):
    """A reader who leaves an optional part out has left nothing open."""
    path = notebooks.find("03")
    book = nbformat.read(path, 4)
    more = [nbformat.v4.new_code_cell(f"predict('{text}')") for text in ("More?", "And more?")]
    for cell in more:
        cell.metadata["tags"] = ["nbval-check-output", "optional"]
    nbformat.write(nbformat.v4.new_notebook(cells=[*book.cells, *more]), path)
    guess = Prediction("03", "One?", "1", "foreseen")
    stored(monkeypatch, guess)
    assert summary("03").text.splitlines()[1:3] == ["You foresaw: 1 of 1", f"- One? {YOU}: 1"]
    assert ["03-other", "1", "of", "1"] in [row.split() for row in summary().text.splitlines()]
    stored(monkeypatch, guess, Prediction("03", "More?", "2", "surprised"))
    assert summary("03").text.splitlines()[1:] == [
        "You foresaw: 1 of 2",
        f"- One? {YOU}: 1",
        "It surprised you: 1 of 2",
        f"- More? {YOU}: 2",
    ]
    monkeypatch.setattr(module, "watched", lambda: False)
    assert summary("03").text.splitlines()[1].startswith("1 prediction (2 more in optional parts):")


def test_the_whole_course(course, monkeypatch):
    """A line a lesson, with how many of what it asks."""
    stored(
        monkeypatch,
        *(Exercise(f"02-{n}", "solved", 1, "2026") for n in (1, 2, 3)),
        Prediction("02", "Two?", "2", "surprised"),
    )
    lines = [line.split() for line in summary().text.splitlines()]
    assert ["02-first-map", "3", "of", "3", "0", "of", "4", "1", "✓"] in lines
    assert ["03-other", "0", "of", "1"] in lines


def test_a_lesson_that_is_not_there(course):
    """The error names those that are."""
    with pytest.raises(LabError) as refused:
        summary("99")
    assert refused.value.kind == "no-lesson" and "02-first-map" in str(refused.value)
