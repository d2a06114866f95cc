"""The same cells in several places: what came is shown, and a place that failed is named."""

import json
import sys
from pathlib import Path

import pytest

from bpflab.course import compare, kernels, notebooks, one_cell
from bpflab.course.one_cell import find
from tests.course.test_notebooks import code, store

HERE = {
    "cell": "02:hooks",
    "digest": one_cell.Cell(Path(), "", "print(1)").digest,
    "place": "here",
    "kernel": "6.18.44",
    "system": "Debian 12",
    "bcc": "0.26.0",
    "python": "3.11.2",
    "day": "2026-11-29",
    "lines": ["hook  n", "raw   1"],
}
THERE = HERE | {"kernel": "7.3.4", "bcc": "0.31.0", "lines": ["hook  n", "raw   77"]}


@pytest.fixture
def cell(tmp_path, monkeypatch):
    """A lesson with one cell, in a course of its own."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(kernels, "RECORDS", tmp_path / "kernels")
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    store(tmp_path / "02-first.ipynb", code("print(1)", id="02-hooks"))
    return find("02:hooks")


@pytest.fixture
def machines(tmp_path, monkeypatch):
    """A script in the place of Python: this machine, a guest, and one that does not boot."""
    script = tmp_path / "python"
    script.write_text(
        f"""#!/bin/bash
        case "$*" in
        "-B -m bpflab run --json 02:hooks") echo 'a line'; echo '{json.dumps(HERE)}' ;;
        "-B -m bpflab.vm lab debian-13 run --json 02:hooks") echo '{json.dumps(THERE)}' ;;
        *) echo "the guest did not boot: $5" >&2; exit 2 ;;
        esac"""
    )
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))


def test_lines_side_by_side_and_a_guest_that_fails(cell, machines, capsys):
    """Each column names its kernel, its BCC and its Python; what else is printed is passed on."""
    said = []
    status = compare.main([cell], ["here", "debian-12", "debian-13"], False, said.append)
    assert capsys.readouterr().out.splitlines() == [
        "02:hooks on 2 kernels: 1 of 2 lines differs",
        "A  Linux 6.18.44 (here, Debian 12, BCC 0.26.0, Python 3.11.2)",
        "B  Linux 7.3.4 (debian-13, Debian 12, BCC 0.31.0, Python 3.11.2)",
        "",
        "   hook  n",
        "A≠ raw   1",
        "B≠ raw   77",
        "Nothing came from debian-12: the reason is above.",
        "",
    ]
    assert said == ["here: a line", "debian-12: the guest did not boot: debian-12"]
    assert status == 1
    assert not kernels.RECORDS.exists()


def test_it_is_recorded_on_demand(cell, machines, capsys):
    """By the name of each place; the status is 0 where all came."""
    said = []
    assert compare.main([cell], ["debian-13", "here"], True, said.append) == 0
    assert [(one.place, one.kernel) for one in kernels.recorded(cell)] == [
        ("here", "6.18.44"),
        ("debian-13", "7.3.4"),
    ]
    assert said[-1] == "here: stored in kernels/02/02-hooks.json"


def test_a_place_that_failed_changes_no_record(cell, machines, capsys):
    """Neither its own of before nor those of others."""
    compare.main([cell], ["here"], True, lambda line: None)
    before = kernels.recorded(cell)
    assert compare.main([cell], ["debian-12"], True, lambda line: None) == 1
    assert kernels.recorded(cell) == before
