"""A lesson with a cell of C: executed, stored, compared, linted, and judged by the rules."""

import json
import subprocess
import sys

import pytest

from bpflab.course.headless import refresh
from bpflab.course.notebooks import dumps, normalise, read
from bpflab.doctor.lessons import read as read_needs
from bpflab.paths import ROOT
from tests.course.test_notebooks import code, store, text
from tests.notebooks import test_lessons as rules

C = """\
%%bpf counted --hook syscalls:sys_enter_execve
BPF_ARRAY(seen, u64, 1);

int hook(void *ctx)
{
	seen.increment(0);
	return 0;
}"""
RUN = 'with counted.attached():\n    run("/usr/bin/true")\n\nbool(counted.maps["seen"].total())'
COMPARED = "nbval-check-output"


@pytest.fixture
def path(tmp_path):
    """Give a lesson in the form in which lessons are stored, without outputs."""
    needs = 'from bpflab import needs\n\nneeds("programs", "tracepoints")'
    cells = [code(needs), code("from bpflab import run"), code(C, COMPARED), code(RUN, COMPARED)]
    path = store(tmp_path / "90-cells-of-c.ipynb", text("# Cells of C"), *cells)
    path.write_text(dumps(normalise(read(path))), encoding="utf-8")
    return path


def lint(path, *words):
    """Return what ruff says of a notebook by the project's own rules."""
    config = ["--config", str(ROOT / "pyproject.toml"), "--no-cache"]
    command = [sys.executable, "-m", "ruff", *words, *config, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def compared(path):
    """Run pytest on a lesson as ./lab test does; return its status and what it printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax"]
    command += ["-c", "/dev/null", "--nbval-current-env", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    return done.returncode, done.stdout


@pytest.mark.kernel
@pytest.mark.jupyter
def test_it_is_executed_stored_and_compared(path):
    """It shows the same twice; a cell of C that shows something else is found."""
    assert refresh(path)
    assert not refresh(path)
    stored = read(path)
    shown = stored.cells[3].outputs[0].data["text/plain"]
    assert shown.startswith("counted is loaded, and not attached\n")
    assert stored.cells[4].outputs[0].data["text/plain"] == "True"
    status, printed = compared(path)
    assert status == 0, printed
    path.write_text(path.read_text(encoding="utf-8").replace("counted is loaded", "it is"))
    status, printed = compared(path)
    assert status == 1
    assert "1 failed" in printed


def test_ruff_reads_past_it(path):
    """C is neither checked nor formatted, and its program's name is no name that is missing."""
    assert lint(path, "check").stdout == "All checks passed!\n"
    assert lint(path, "format", "--check").returncode == 0
    book = json.loads(path.read_text(encoding="utf-8"))
    book["cells"][2]["source"] = "import os"
    path.write_text(json.dumps(book), encoding="utf-8")
    assert "F401" in lint(path, "check").stdout  # the rest of the notebook is still checked


def test_the_rules_for_lessons_know_it(path):
    """Its features, its names, its length; and a name that nothing binds is still found."""
    lesson = rules.Lesson(path)
    assert rules.uses_of(lesson) == {"programs", "tracepoints"}
    rules.test_its_code_is_plain_python(lesson)
    rules.test_its_code_cells_are_short(lesson)
    rules.test_each_name_gets_a_value(lesson)
    assert read_needs(path).needs == ("programs", "tracepoints")
    lesson.cells[3].source = C.replace("counted", "other")
    with pytest.raises(AssertionError, match="counted"):
        rules.test_each_name_gets_a_value(lesson)
    lesson.cells[3].source = C + "\n" * rules.LONGEST_C + "//"
    with pytest.raises(AssertionError):
        rules.test_its_code_cells_are_short(lesson)
