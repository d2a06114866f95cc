"""The minutes that stand in the lessons and in the README are those that the command counts."""

import re

import nbformat
import pytest

from bpflab.course.notebooks import dumps, read
from tests.course import written
from tests.notebooks import minutes as module
from tests.notebooks.lesson import tags_of
from tests.notebooks.minutes import OPTIONAL, README, marked, minutes, parts, readme, sums

WRITE = "python -m tests.notebooks.minutes writes them"
LISTING = "bpf/x.c\n    1  /* Adds one. */\n    2\n>   3  int f(void *c)\n    4  {\n    5  }\n"


@pytest.fixture
def written_lesson(tmp_path):
    """Return a function that stores cells as a lesson, and gives its path."""

    def store(*cells):
        path = tmp_path / "02-first-map.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), path)
        return path

    return store


def prose(text):
    """Return a cell of prose."""
    return nbformat.v4.new_markdown_cell(text)


def code(text, shows="", tags=(), html=""):
    """Return a cell of code that shows a text, in a page as *html*."""
    data = {"text/plain": shows, "text/html": html}
    outputs = [nbformat.v4.new_output("display_data", data=data)] if shows else []
    return nbformat.v4.new_code_cell(text, outputs=outputs, metadata={"tags": list(tags)})


def test_a_lesson_has_its_minutes_and_its_tags(lesson):
    """Below its title and in each optional part; every cell of such a part has the tag."""
    assert dumps(marked(lesson.path)) == lesson.path.read_text(encoding="utf-8"), WRITE


def test_the_readme_has_them():
    """Of each lesson, and in all."""
    assert readme() == README.read_text(encoding="utf-8"), WRITE


def test_the_readme_has_the_formula():
    """In the order of `SECONDS`; words by the minute, an exercise in minutes."""
    text = README.read_text(encoding="utf-8").partition("minutes` counts them: ")[2]
    said = [float(number) for number in re.findall(r"\d[\d.]*", text.partition(".\n")[0])]
    words, *seconds, exercise, line = module.SECONDS.values()
    assert said == [60 / words, *seconds, exercise / 60, line]


def test_an_optional_part_begins_its_cell_and_says_so(lesson):
    """So a reader sees where it begins and what it gives, and its cells have nothing else."""
    for cell, pieces in parts(lesson.cells):
        kinds = [kind for kind, *_ in pieces]
        assert len(set(kinds)) == 1 or "optional" not in kinds, cell.id
        if re.search(r"^#+ Optional: ", cell.source, re.MULTILINE):
            assert OPTIONAL.match(cell.source), cell.id
        assert ("optional" in kinds) == ("optional" in tags_of(cell))


def test_what_is_counted(written_lesson):
    """Words, lines, runs; no blank lines, comments, folded cells or addresses."""
    path = written_lesson(
        prose("# 02 · X\n\nFour words | and [a link](no-word.ipynb).\n\n|---|"),
        code("# no\nx = 1\n\ny = 2", "1\n" * 30),
        code("z = 1", tags=["plumbing"]),
        code('show("x")', LISTING, html="<pre>"),
        code("table(rows)", "A table\n    1  one\n", html="<pre><table>"),
        code('show("b", since="a")', "--- a\n+++ b\n@@ -1 +1 @@\n same\n-old\n+new\n"),
        code("%%bpf x\nint f(void *c)\n{\n\t*c += 1;\n}"),
        code('predict(\n    "Which?",\n)\npredict("Why?")', "Predict. Which?"),
    )
    main = sums(path)["main"]
    found = {what: main[what] for what in module.SECONDS}
    assert found == {
        "words": 7,
        "Python": 5,
        "C": 3 + 2 + 5,
        "output": 10 + 2,
        "runs": 6,
        "predictions": 2,
        "exercises": 0,
        "C to write": 0,
    }
    seconds = [7 * 0.3, 5 * 5, 10 * 8, 12 * 1.5, 6 * 3, 2 * 45]
    assert minutes(main) == pytest.approx(sum(seconds) / 60)


def test_where_a_part_ends(written_lesson, monkeypatch):
    """An optional one with a heading that is not below it; the tag goes with it."""
    monkeypatch.setattr(module, "of_lesson", lambda path: {})
    path = written_lesson(
        prose("# 02 · X\n\nAbout 1 minutes, and more.\n\nSay."),
        prose("## Optional: more\n\n> **Optional.** About 90 minutes. What it gives.\n\na"),
        prose("### Below\n\nb\n\n```sh\n# no heading\n```"),
        code("x = 1"),
        prose("## Back\n\nc"),
        code("y = 1", tags=["optional", "nbval-check-output"]),
        prose("### Optional: small\n\n> **Optional.** d"),
        prose("### Back again"),
        prose("## Exercises\n\ne"),
        code("z = 1"),
        prose("## In practice"),
    )
    kinds = [[kind for kind, *_ in pieces] for _, pieces in parts(read(path).cells)]
    assert [kind for (kind,) in kinds] == [
        *["main", "optional", "optional", "optional", "main", "main"],
        *["optional", "main", "exercises", "exercises", "main"],
    ]
    nb = marked(path)
    assert [n for n, cell in enumerate(nb.cells) if "optional" in tags_of(cell)] == [1, 2, 3, 6]
    assert tags_of(nb.cells[5]) == {"nbval-check-output"}
    assert nb.cells[0].source.splitlines()[2] == (
        "About 5 minutes, 5 more for what is optional and 5 more for the exercises."
    )
    assert "**Optional.** About 5 minutes. What" in nb.cells[1].source
    assert nb.cells[6].source.endswith("**Optional.** About 5 minutes. d")


def test_an_exercise_takes_time_by_its_c(written_lesson, monkeypatch):
    """Also one that stands on the main path."""
    monkeypatch.setattr(module, "of_lesson", lambda path: {"02-1": ["one;", "two;"]})
    path = written_lesson(
        prose("# 02 · X"),
        prose("**02-1.** Write."),
        code("%%bpf answer_02_1\nint f;", tags=["exercise"]),
    )
    found = sums(path)["exercises"]
    assert (found["exercises"], found["C to write"], found["C"]) == (1, 2, 2)
    assert sums(path)["main"]["C"] == 0 and written.of_lesson is not module.of_lesson
