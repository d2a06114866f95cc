"""What a cell showed under other kernels, beside what it shows here."""

from dataclasses import replace

import pandas as pd
import pytest

from bpflab import LabError, on_kernels, table
from bpflab.course import kernels, notebooks, one_cell
from bpflab.course.one_cell import Said, find
from tests.course.test_notebooks import code, store


@pytest.fixture
def cell(tmp_path, monkeypatch):
    """A cell that was recorded on three kernels; nobody watches."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(kernels, "RECORDS", tmp_path / "kernels")
    monkeypatch.setattr(kernels, "ROOT", tmp_path)
    store(tmp_path / "02-first.ipynb", code("print(1)", id="02-hooks"), code("2", id="other"))
    cell = find("02:hooks")
    old = Said(
        *("02:hooks", cell.digest, "debian-12", "6.1.158", "Debian 12", "0.26.0", "3.11.2"),
        *("2026-11-29", ["hook  n", "raw   0"]),
    )
    new = replace(old, place="debian-sid", kernel="7.2.13", system="Debian sid", day="2026-12-01")
    newest = replace(new, place="newer", kernel="7.10.1", lines=["hook  n", "raw   78"])
    kernels.store(cell, [newest, new, old])
    return cell


@pytest.fixture
def seen(cell, monkeypatch):
    """The same, on Linux 6.18.44 and with a reader who watches."""
    monkeypatch.setattr(kernels, "watched", lambda: True)
    monkeypatch.setattr(one_cell, "kernel", lambda: "6.18.44")
    return cell


def test_what_is_stored_is_the_same_everywhere(cell):
    """Without a reader: the recorded kernels alone, whatever this one showed."""
    view = on_kernels("02:hooks", "raw  999")
    assert view.text.splitlines() == [
        "What 02:hooks shows on 3 kernels: 1 of 2 lines differs",
        "A  Linux 6.1.158 (recorded, Debian 12, 29 Nov 2026)",
        "   Linux 7.2.13 (recorded, Debian sid, 1 Dec 2026)",
        "B  Linux 7.10.1 (recorded, Debian sid, 1 Dec 2026)",
        "",
        "   hook  n",
        "A≠ raw   0",
        "B≠ raw   78",
        "In your own copy of the lesson a column of your kernel stands beside them.",
    ]
    assert view == on_kernels("02:02-hooks")


@pytest.mark.parametrize(
    ("shown", "lines"),
    [
        ("hook n\nraw 77\n", ["hook n", "raw 77"]),
        (
            table(pd.DataFrame({"hook": ["raw"], "n": [77]}), "t"),
            ["t", "hook   n", "----  --", "raw   77"],
        ),
        ({"raw": 77}, ["{'raw': 77}"]),
        (pd.DataFrame({"hook": ["raw"]}), ["  hook", "0  raw"]),
    ],
)
def test_this_kernel_stands_beside_them(seen, shown, lines):
    """In a column of its own, first: a text as printed, a view, any value as Jupyter shows it."""
    text = on_kernels("02:hooks", shown).text.splitlines()
    assert text[1] == "A  this kernel: 6.18.44"
    body = text[text.index("") + 1 :]
    width = max(line.find("≠") for line in body) + 2  # the letters of the columns
    told = [line[width:] for line in body if line.startswith(("A", " "))]
    assert [line for line in told if line in lines] == lines
    assert "own copy" not in text[-1]


def test_this_kernel_may_agree_with_others(seen):
    """Then it shares their column."""
    text = on_kernels("02:hooks", "hook n\nraw 0").text.splitlines()
    assert text[1:3] == [
        "A  this kernel: 6.18.44",
        "   Linux 6.1.158 (recorded, Debian 12, 29 Nov 2026)",
    ]


def test_a_cell_that_was_not_recorded(seen):
    """What it shows here, and what to do; a lesson goes on."""
    text = on_kernels("02:other", "2").text.splitlines()
    assert text[0] == "What 02:other shows on 1 kernel"
    assert text[-1] == "Nothing is recorded yet. In a terminal: ./lab compare 02:other --store"


def test_a_name_that_is_none_is_refused(cell):
    """The cell's, the lesson's, and what is no text."""
    for name, kind in (("02:hoks", "no-cell"), ("03:hooks", "no-lesson"), (2, "argument")):
        with pytest.raises(LabError) as caught:
            on_kernels(name)
        assert caught.value.kind == kind


def test_a_new_record_replaces_that_place_alone(cell):
    """Of the same text; where the cell's text has changed, older records are of another cell."""
    first, *_ = before = kernels.recorded(cell)
    kernels.store(cell, [replace(first, kernel="6.1.159", lines=["x"])])
    assert [one.kernel for one in kernels.recorded(cell)] == ["6.1.159", "7.2.13", "7.10.1"]
    changed = replace(cell, source="print(2)")
    kernels.store(changed, [replace(before[1], digest=changed.digest)])
    assert [one.kernel for one in kernels.recorded(cell)] == ["7.2.13"]
