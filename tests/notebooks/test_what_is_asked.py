"""What a lesson asks of its reader: predictions, exercises, and how it begins and ends."""

import ast
import re

import pytest

from bpflab.course.notebooks import lessons
from bpflab.exercises.exercise import of_lesson
from bpflab.paths import NUMBER as LESSON
from bpflab.paths import number_of
from tests.course.solutions import MAGIC, NUMBER, exercises, names, solutions
from tests.course.written import of_lesson as written_in
from tests.notebooks.lesson import calls_of, code_of, tags_of, texts_of

LEAST, LEAST_IN_ALL = 5, 120  # lines of C
OLD = re.compile(r"\*\*Predict\b")
OLD_VERBS = ("check_answer", "check_counts", "check_largest", "check_program")
CHECK = re.compile(rf'(from bpflab import check\n\n)?check\("({LESSON}-\d)"\)')
MEND = re.compile(r"\bmend", re.IGNORECASE)
LOADED = "is loaded, and not attached"
TITLE = re.compile(rf"# ({LESSON}) · .+\n\nAbout \d+ minutes\b")
PLACE = re.compile(rf"\blesson ({LESSON}) of (\d\d)\b", re.IGNORECASE)


def has_c(lesson):
    """Skip the lessons that begin: from 02 on each has C to write and C to mend."""
    if lesson.number < "02":
        pytest.skip("the first lessons need none")


def cells_of(lesson):
    """Return the cell that takes the answer of each exercise, and the one that checks it."""
    found = exercises(lesson.cells)
    assert all(None not in (one.answer, one.check) for one in found.values()), found
    return {n: (lesson.cells[one.answer], lesson.cells[one.check]) for n, one in found.items()}


def texts_asked(lesson):
    """Return what each exercise says, by its number."""
    found = {}
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            _, *parts = NUMBER.split(cell.source)
            found |= dict(zip(parts[::2], parts[1::2], strict=True))
    return found


def asks_only(source):
    """Say whether a cell has calls of ``predict`` with written-out arguments, and no more."""
    first, *rest = ast.parse(source).body
    body = rest if ast.unparse(first) == "from bpflab import predict" else [first, *rest]
    calls = [getattr(each, "value", None) for each in body]
    return bool(calls) and all(
        isinstance(call, ast.Call)
        and ast.unparse(call.func) == "predict"
        and not call.keywords
        and all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in call.args)
        for call in calls
    )


def test_a_prediction_is_a_cell_of_its_own(lesson):
    """Before a cell that runs, which answers it; its words are written out, so they are counted."""
    asking = [
        n
        for n, cell in enumerate(lesson.cells)
        if cell.cell_type == "code" and "predict(" in cell.source
    ]
    assert [lesson.cells[n].id for n in asking if not asks_only(lesson.cells[n].source)] == []
    after = {lesson.cells[n].id: lesson.cells[n + 1].cell_type for n in asking}
    assert {id: kind for id, kind in after.items() if kind != "code"} == {}
    untagged = [n for n in asking if "nbval-check-output" not in tags_of(lesson.cells[n])]
    assert untagged == []


def test_no_prediction_is_prose(lesson):
    """Prose takes no answer."""
    markdown = (cell for cell in lesson.cells if cell.cell_type == "markdown")
    assert [cell.id for cell in markdown if OLD.search(cell.source)] == []


def test_a_check_says_only_which_exercise(lesson):
    """Nothing of the answer stands in its cell; the first of the lesson imports it."""
    checks = {number: check for number, (_, check) in cells_of(lesson).items()}
    found = {number: CHECK.fullmatch(check.source) for number, check in checks.items()}
    assert [n for n, match in found.items() if not match or match[2] != n] == []
    cells = list(checks.values())
    assert [n for n, match in enumerate(found.values()) if match[1]] == [0] * bool(cells)
    assert [cell.id for cell in cells if "nbval-check-output" not in tags_of(cell)] == []
    verbs = [ast.unparse(call.func) for call in calls_of(lesson, *OLD_VERBS, "check")]
    assert verbs == ["check"] * len(cells)


def test_an_exercise_has_all_its_parts(lesson):
    """A text, a cell that names its answer, a check, a solution, a judge of its kind, and hints."""
    asked, judges = cells_of(lesson), {one.number: one for one in of_lesson(lesson.number)}
    assert set(texts_asked(lesson)) == set(asked) == set(judges)
    assert set(asked) == {number for number in solutions() if number_of(number) == lesson.number}
    for number, (answer, _) in asked.items():
        assert number_of(number) == lesson.number
        assert judges[number].name in names(answer.source)[1], number
        assert (judges[number].of == "program") == answer.source.startswith(MAGIC), number
        assert judges[number].hints, number
    tagged = [cell.id for cell in code_of(lesson) if "exercise" in tags_of(cell)]
    assert tagged == [answer.id for answer, _ in asked.values()]


def test_there_is_c_to_write(lesson):
    """Five lines or more in one exercise that the cell does not give."""
    has_c(lesson)
    lines = {number: len(lines) for number, lines in written_in(lesson.path).items()}
    assert max(lines.values()) >= LEAST, lines


def test_there_is_c_to_mend(lesson):
    """A program that loads as it is given, and does not do what it should."""
    has_c(lesson)
    asked, texts = cells_of(lesson), texts_asked(lesson)
    mended = [asked[number][0] for number, text in texts.items() if MEND.search(text)]
    assert [cell.id for cell in mended if LOADED in texts_of(cell)]


def test_the_course_has_enough_c_to_write():
    """In all."""
    counts = [len(lines) for path in lessons() for lines in written_in(path).values()]
    assert sum(counts) >= LEAST_IN_ALL


def test_it_begins_with_its_number_and_its_minutes(lesson):
    """Which are counted (test_minutes)."""
    title = TITLE.match(lesson.cells[0].source)
    assert title and title[1] == lesson.number


def test_its_end_says_what_was_learnt_and_leads_on(lesson):
    """The last prose has what the reader can do now, and the lessons before and after it."""
    last = [cell.source for cell in lesson.cells if cell.cell_type == "markdown"][-1]
    files = [path.name for path in lessons()]
    at = files.index(lesson.path.name)
    assert "You can now" in last
    assert PLACE.search(last).groups() == (lesson.number, number_of(files[-1]))
    before, _, after = last.splitlines()[-1].partition(" · ")
    assert not at or re.fullmatch(rf"Previous: \[.+\]\({files[at - 1]}\)", before)
    assert at == len(files) - 1 or re.search(rf"Next: \[[^]]+\]\({files[at + 1]}\)", after)


def test_its_last_cell_sums_up(lesson):
    """What came of the exercises and predictions; lesson 00 has the whole course's."""
    last = code_of(lesson)[-1]
    of = f'"{lesson.number}"' if lesson.number > "00" else ""
    assert last.source == f"from bpflab import summary\n\nsummary({of})"
    assert tags_of(last) == {"nbval-check-output"}
