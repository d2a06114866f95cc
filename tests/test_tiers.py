"""The tiers: which tests ./lab check, ./lab test and ./lab test --rest select."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = (ROOT / "scripts/test.sh").read_text(encoding="utf-8")
STAGES = dict(re.findall(r'^([A-Z]+)="(.*)"$', SCRIPT, re.MULTILINE)) | {"SLOW": "slow"}
FILES = {
    "tests/test_text.py": "QUICK",
    "tests/kernel/test_kprobes.py": "LIVE",
    "tests/kernel/test_maps.py": "LIVE",
    "tests/kernel/test_pairs.py": "JUDGES",
    "tests/kernel/test_exercises.py": "JUDGES",
    "tests/chaos/test_rounds.py": "SLOW",
    "tests/browser/test_live.py": "SLOW",
    "tests/site/test_pages.py": "SLOW",
    "tests/vm/test_boot.py": "SLOW",
    "tests/lima/test_boot.py": "SLOW",
    "notebooks/02-first-map.ipynb": "LIVE",
}

pytestmark = pytest.mark.slow  # each collects the files anew


@pytest.fixture
def conftest(pytestconfig):
    """Give the root's conftest.py."""
    return pytestconfig.pluginmanager.get_plugin(str(ROOT / "conftest.py"))


def selected(expression, *paths):
    """Return the tests that an expression of markers selects."""
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", expression, *paths]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 5), done.stdout + done.stderr  # 5: it selects none
    return [line for line in done.stdout.splitlines() if "::" in line]


@pytest.mark.parametrize("stage", STAGES)
def test_a_test_belongs_to_one_stage(stage):
    """What needs no kernel is quick, kernel and lessons come next, and the slow ones are apart."""
    files = {test.partition("::")[0] for test in selected(STAGES[stage], *FILES)}
    assert files == {file for file, of in FILES.items() if of == stage}


@pytest.mark.parametrize(
    ("files", "scopes"),
    [
        (["tests/kernel/test_pairs.py", "notebooks/02-first-map.ipynb"], 2),
        (["tests/kernel/test_check.py", "tests/exercises/test_check.py"], 2),
        (["tests/kernel/test_check.py", "tests/kernel/test_exercises.py"], 1),
        (["tests/hub/test_class.py", "tests/hub/test_rehearse.py", "tests/site/test_pages.py"], 1),
    ],
)
def test_a_file_is_run_by_one_process(conftest, files, scopes):
    """All its tests, and those of the files that may not be run beside it."""
    files_of = object.__new__(conftest._Files)._split_scope
    assert len({files_of(f"{file}::test[{n}/x]") for file in files for n in "ab"}) == scopes


def test_all_that_judges_runs_in_one_process(conftest):
    """Each file of tests/kernel that calls `check`, or does by the lessons' cells, or floods."""
    files = (ROOT / "tests/kernel").glob("test_*.py")
    judging = {
        f.name for f in files if re.search(r"^from .* import .*\bcheck\b", f.read_text(), re.M)
    }
    assert judging | {"test_solutions.py", "test_execwatch.py"} == set(conftest.JUDGES)


def test_what_starts_the_clones_lab_runs_in_one_process(conftest):
    """Two at once would lock each other out; ``./lab help`` takes no lock."""
    files = [f for f in (ROOT / "tests").rglob("*.py") if f != Path(__file__)]
    starting = {f for f in files if re.search(r'ROOT / "lab", (?!"help")', f.read_text())}
    folders = {str(f.parent.relative_to(ROOT)) for f in starting}
    assert folders == set(conftest.OF_THE_CLONE)


def test_no_test_is_left_out():
    """Each belongs to a stage; and one stage is looked for in `tests/kernel` alone."""
    assert not selected(" and ".join(f"not ({expression})" for expression in STAGES.values()))
    assert not selected(STAGES["JUDGES"], "--ignore=tests/kernel")
