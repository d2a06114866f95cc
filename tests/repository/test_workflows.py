"""What GitHub reads: the workflows, forms, dependabot.yml and the citation."""

import re
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
import yaml

from bpflab.paths import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
FORMS = sorted(GITHUB.glob("ISSUE_TEMPLATE/*.yml"))
SCHEMAS = {
    "vendor.github-workflows": WORKFLOWS,
    "custom.github-workflows-require-timeout": WORKFLOWS,
    "vendor.github-issue-forms": FORMS,
    "vendor.dependabot": [GITHUB / "dependabot.yml"],
    "vendor.citation-file-format": [ROOT / "CITATION.cff"],
}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+\b")
CALL = re.compile(r"\./lab\b([^;&|\n]*)")
PLACE = re.compile(r"\$\{\{ matrix\.(\w+) \}\}")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_its_schema_is_kept(schema):
    """A misspelled key is an error here, where GitHub would ignore the file or the key."""
    files = SCHEMAS[schema]
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert files
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_its_actions_are_pinned(workflow):
    """Each action is named by its commit, which nobody can move, and by its version for people."""
    lines = workflow.read_text(encoding="utf-8").splitlines()
    used = [line.partition("uses:")[2].strip() for line in lines if re.match(r"[\s-]*uses:", line)]
    assert used
    assert [name for name in used if not PINNED.match(name)] == []


def _calls(workflow: Path) -> list[list[str]]:
    """Return the words of each call of ./lab, once for each value of its job's matrix."""
    calls = []
    for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values():
        matrix = job.get("strategy", {}).get("matrix", {})
        lines = CALL.findall("\n".join(step.get("run", "") for step in job["steps"]))
        for line, values in product(lines, product(*matrix.values())):
            chosen = dict(zip(matrix, values, strict=True))
            calls.append(PLACE.sub(lambda found, row=chosen: str(row[found[1]]), line).split())
    return calls


@pytest.fixture(scope="module")
def usage():
    """Return what ./lab help says, a text for each command."""
    words = [ROOT / "lab", "help"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return re.split(r"^(?=\./lab )", done.stdout, flags=re.MULTILINE)[1:]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_its_commands_are_those_of_the_lab(workflow, usage):
    """Each call of ./lab in a workflow has words that ./lab help names, or paths that exist."""
    for call in _calls(workflow):
        words = {word for word in call[1:] if not (ROOT / word).exists()}
        assert any(
            text.startswith(f"./lab {call[0]} ") and words <= set(re.split(r"[\s,:()\[\]]+", text))
            for text in usage
        ), call


def test_workflows_call_the_lab():
    """Those that test and build do so by the commands that a contributor has."""
    called = {call[0] for workflow in WORKFLOWS for call in _calls(workflow)}
    assert {"test", "site"} <= called
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


@pytest.mark.parametrize("form", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_for_what_the_doctor_says(form):
    """A fault can seldom be found without the machine's kernel, compiler and packages."""
    text = form.read_text(encoding="utf-8")
    assert "./lab doctor --json" in text
