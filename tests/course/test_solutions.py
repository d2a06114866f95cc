"""Solutions: there is one for each exercise that is judged, and none for anything else."""

import pytest
from nbformat.v4 import new_code_cell

from bpflab.course.notebooks import lessons, read
from tests.course.solutions import exercises, filled, names, needed, solutions
from tests.course.written import written


def of_all_lessons():
    """Return the exercises of all lessons by their number."""
    return {n: one for path in lessons() for n, one in exercises(read(path).cells).items()}


def test_each_exercise_that_is_judged_has_a_solution():
    """Whoever is stuck finds the answer; a question without a check need not have one."""
    judged = {number for number, one in of_all_lessons().items() if one.check is not None}

    assert len(judged) > 20
    assert judged - set(solutions()) == set()


def test_each_solution_is_of_an_exercise():
    """What a lesson no longer asks is not answered."""
    assert set(solutions()) - set(of_all_lessons()) == set()


def test_each_exercise_that_takes_an_answer_is_judged():
    """A cell to fill in has a check behind it, and each check has one before it."""
    for number, one in of_all_lessons().items():
        assert (one.answer is None) == (one.check is None), number
        assert one.check is None or one.answer < one.check, number


def test_a_solution_is_put_into_its_cell():
    """Python is the cell, a program is the text, and else the first code is the value."""
    program = "Two lines:\n\n```c\nint a;\n\nint b;\n```\n\nAs `int c` is not.\n"

    assert filled('answer = r"""x"""', program) == "answer = 'int a;\\n\\nint b;\\n'"
    assert filled("largest = 16", "`472`. Not `480`.") == "largest = 472"
    assert filled("a = 1\na += 1", "```python\na = 2\n```\n") == "a = 2\n"
    assert filled("%%bpf a -D N=1\nint x;", program) == "%%bpf a -D N=1\nint a;\n\nint b;\n"
    assert filled("%%bpf a\nint x;", "```c\n%%bpf a\nint y;\n```\n") == "%%bpf a\nint y;\n"


def test_a_cell_of_c_gives_its_name_a_value():
    """And takes the values of the names in braces."""
    assert names("%%bpf mine -D PID={os.getpid()} -D N={n}\nint x{y};") == ({"os", "n"}, {"mine"})


def test_a_check_takes_the_cells_that_it_builds_on():
    """The last one that gave a name its value, those that this one builds on, and no other."""
    sources = [
        "import os",
        "def f(x):\n    return x + y",
        "y = 1",
        "z = f(2)",
        "y = os.getpid()",
        "other = y",
        "with open('a') as file:\n    print(y, len(file.read()))",
    ]
    cells = [new_code_cell(source) for source in sources]

    assert needed(cells, {6}) == [0, 4, 6]
    assert needed(cells, {3}) == [1, 2, 3]
    with pytest.raises(AssertionError, match="nothing gives y a value"):
        needed(cells[:2], {1})


def test_what_a_learner_writes_is_counted():
    """Lines that the given cell lacks; what stands there already, comments and braces are none."""
    head, end = "int hook(void *ctx)\n{\n", "\n\treturn 0;\n}\n"
    given = f"{head}\t/* Count it. */\n{end}"
    solved = f"{head}\tif (p) {{\n\t\t*p = 1; /* so */\n\t}}\n\t// done\n{end}"

    assert written(given, solved) == ["if (p) {", "*p = 1; /* so */"]
    assert written(solved, given) == written(given, given) == []
