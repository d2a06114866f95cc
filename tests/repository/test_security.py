"""SECURITY.md beside the scripts: each change of the machine is told, and each is undone."""

import re

import pytest

from bpflab.paths import ROOT

SCRIPTS = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("scripts/*.sh"))
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)


def test_each_change_is_told():
    """The table has the kinds that the scripts note in .lab/made, each once."""
    noted = set(re.findall(r'\b(?:make|note) "([a-z]+) ', SCRIPTS))
    assert sorted(noted) == sorted(ROWS)


def test_each_change_is_undone():
    """./lab clean has a case for each kind but packages, which it names."""
    undo = SCRIPTS.partition("undo() {")[2].partition("esac")[0]
    undone = set(re.findall(r"^\s+([a-z]+)\) ", undo, re.MULTILINE))
    assert undone | {"package"} == set(ROWS)


@pytest.mark.parametrize("where", ["--inh-caps", "--ambient-caps", "--bounding-set"])
def test_the_rights_are_those_that_are_told(where):
    """What JupyterLab is started with has the capabilities of the page, and first drops all."""
    told = set(re.findall(r"`CAP_(\w+)` and `CAP_(\w+)`, and with the group", TEXT)[0])
    become = SCRIPTS.partition("\nbecome() {")[2].partition("\n}")[0]
    (caps,) = re.findall(r"caps=(\S+)$", become, re.MULTILINE)
    first, *given = caps.split(",")
    assert first == "-all"
    assert {name.removeprefix("+").upper() for name in given} == told
    assert f'{where} "$caps"' in become
