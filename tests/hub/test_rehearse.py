"""The rehearsal: it plays lessons on a real hub as learners do, and counts what they waited for."""

import os
import pwd
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from bpflab.paths import ROOT
from hub.learners import HOMES
from hub.rehearse import CHROMIUM, HEAD, PLAY, Row, table, took


def rehearse(address, state, learners, *lessons):
    """Play the lessons on the hub of the tests, and return the command when it has ended."""
    words = [ROOT / ".venv/bin/python", "-m", "hub.rehearse", "--state", state, "--seconds", "150"]
    words += ["--address", address, "--learners", str(learners), *lessons]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.slow
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="there is no Chromium")
def test_without_a_hub_it_says_so(tmp_path):
    """Where no hub has started, or none answers, one line says what to do."""
    nowhere = "http://127.0.0.1:1"
    never = rehearse(nowhere, tmp_path, 1, "02")
    (tmp_path / "codes").write_text("ada code\n", encoding="ascii")
    ended = rehearse(nowhere, tmp_path, 1, "02")

    assert (never.returncode, ended.returncode) == (1, 1)
    assert never.stderr.startswith("lab: no hub has started here") and "\n" not in never.stderr[:-1]
    assert ended.stderr.startswith(f"lab: not all could sign in at {nowhere}: ")
    assert ended.stderr.endswith("Is the hub there?\n") and "\n" not in ended.stderr[:-1]


def test_a_lesson_that_stopped_half_way_did_not_pass():
    """Cells that were not run, no end, or a fault: each alone is enough."""
    whole = {"open_s": 1.0, "first_s": 2.0, "end_s": 3.0, "cells": 40}

    assert Row("ada", "02", **whole).passed
    assert not Row("ada", "02", **whole, left=1).passed
    assert not Row("ada", "02", **whole | {"end_s": None}).passed
    assert not Row("ada", "02", **whole | {"cells": 0}).passed
    assert not Row("ada", "02", **whole, fault="Timeout").passed
    assert not Row("ada", "02", **whole, stopped=40, error="OSError: no").passed
    assert Row("ada", "02", **whole, left=3).fields()[-1] == "3 of 40 cells not run"


def test_the_table_has_columns():
    """What never came is a dash, and each column begins at one place."""
    rows = [Row("ada", "02", 1.5, 2.5, None, 30.0, 40), Row("konrad-zuse", "08b")]
    head, first, second = table(rows).splitlines()

    assert first.split()[:6] == ["ada", "02", "1.5", "2.5", "-", "30.0"]
    for name in HEAD[1:3]:
        assert first[head.index(name) - 1] == second[head.index(name) - 1] == " "
        assert first[head.index(name)] != " " != second[head.index(name)]


@pytest.mark.slow
def test_a_cell_that_still_runs_is_named(browser):
    """When the time is over, the cell with the star is the one that the others wait for."""
    cell = '<div class="jp-CodeCell"><div class="jp-InputArea-prompt">[{}]:</div></div>'
    cells = "".join(cell.format(prompt) for prompt in "1* ")
    page = browser.new_page()
    page.set_content(f'<div class="jp-NotebookPanel">{cells}</div>')
    seen = page.evaluate(PLAY, [0, 0.1])
    page.close()

    assert (seen["stopped"], seen["error"]) == (2, "it still runs")
    assert (seen["cells"], seen["left"], seen["end"]) == (3, 2, None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts a process of another user")
def test_a_learner_takes_what_their_processes_take():
    """Memory and time of a process are those of its user, and of nobody else."""
    nobody = pwd.getpwnam("nobody").pw_uid
    work = (
        "import time; held = bytearray(b'x' * 50_000_000); end = time.process_time() + 0.3\n"
        "while time.process_time() < end: pass\nprint(len(held), flush=True); time.sleep(60)"
    )
    pss_before, cpu_before = took("nobody")
    words = [sys.executable, "-c", work]
    with subprocess.Popen(words, user=nobody, stdout=subprocess.PIPE) as child:
        try:
            child.stdout.readline()
            pss, cpu = took("nobody")
        finally:
            child.kill()

    assert 45 < pss - pss_before < 120
    assert 0.25 < cpu - cpu_before < 5


@pytest.mark.kernel
@pytest.mark.slow
def test_two_learners_run_a_lesson_at_once(learners, address, state):
    """All cells run in both browsers, the live table moves, and the command says so."""
    began = time.monotonic()
    done = rehearse(address, state, len(learners), "02")
    lasted = time.monotonic() - began

    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines() if "all cells ran" in line]
    assert [row[0] for row in rows] == [learner.name for learner in learners]
    for row in rows:
        opened, first, moving, end, pss, cpu = map(float, row[2:8])
        assert first < moving < end < lasted
        assert opened > 0 and pss > 50 and cpu > 1


STOPS = {
    "01-hello-world": [
        ["0", "open('/nowhere/bees')", "print('never')"],
        ["0", "from bpflab import load; load('bees')"],
    ],
    "03-buffer-reset-bug": [
        ["view = live(lambda: table([{'bees': 1}], 'Bees')); view.stop()", "print('end')"],
        ["0", "print('end')"],
    ],
}
"""Of two learners each: the cells of a lesson that they have changed."""


@pytest.mark.kernel
@pytest.mark.slow
def test_a_lesson_that_stops_says_where_and_why(learners, address, state):
    """The cell that failed, also where it is the last, and the error as the learner reads it.

    A live view that has ended before the page draws it has all its rows at once: they count. A cell
    whose input is hidden, as some of the lessons have, does not.
    """
    for lesson, cells_of in STOPS.items():
        for learner, cells in zip(learners, cells_of, strict=True):
            spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            book = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
            first, *others = [nbformat.v4.new_code_cell(cell) for cell in cells]
            first.source = "from bpflab import live, table\n" + first.source
            first.metadata["jupyter"] = {"source_hidden": lesson == "03-buffer-reset-bug"}
            book.cells = [first, *others]
            nbformat.write(book, HOMES / learner.name / f"my/{lesson}.ipynb")
    done = rehearse(address, state, len(learners), "01", "03")

    assert done.returncode == 1, done.stdout + done.stderr
    said = {tuple(line.split()[:2]): line for line in done.stdout.splitlines()}
    one, two = (learner.name for learner in learners)
    bees = "cell 2 of 3: FileNotFoundError: [Errno 2] No such file or directory: '/nowhere/bees'"
    assert said[one, "01"].endswith(bees)
    assert "cell 2 of 2: LabError (no-source): " in said[two, "01"]
    moving, end = map(float, said[one, "03"].split()[4:6])
    assert 0 < moving <= end
    assert said[two, "03"].split()[4] == "-"
    assert said[one, "03"].endswith("all cells ran") and said[two, "03"].endswith("all cells ran")
