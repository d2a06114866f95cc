"""The doctor on the running kernel: a real program, and what the lessons need."""

import os
import shutil
import subprocess
import time

import pytest

from bpflab import doctor
from bpflab.doctor import trial


def test_program(nothing_left):
    """Here a real program counts each exec that the doctor fired, and is gone afterwards."""
    checks = {check.name: check for check in doctor.examine()}
    assert checks["program"].status == "ok", checks["program"]
    assert checks["program"].found.endswith("counted 7 of 7 execs")


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("bpftool"),
    reason="bpftool and CAP_SYS_ADMIN show the programs of the whole machine",
)
def test_nothing_stays():
    """The kernel has none of the doctor's programs soon after an examination.

    Another process may have one for a moment: a lesson that asks its own doctor.
    """
    doctor.examine()
    words, ends = ["bpftool", "prog", "list"], time.monotonic() + 20
    while "name doctor_count " in subprocess.check_output(words, text=True):
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_what_the_lessons_need_is_here(nothing_left):
    """On the machine where they are executed, and nothing of the questions stays."""
    survey = doctor.survey()
    lacking = {name: check.found for name, check in survey.found.items() if check.status != "ok"}
    needed = {name for lesson in survey.lessons for name in lesson.needs}
    assert {name: found for name, found in lacking.items() if name in needed} == {}


def test_the_kernel_answers_the_probes(nothing_left, monkeypatch):
    """It loads the smallest program and refuses one that is none; a child can be traced."""
    assert (trial.load_two_instructions(), trial.trace_child()) == ("", "")
    monkeypatch.setattr(trial, "_RETURN_0", bytes(8))
    assert trial.load_two_instructions() == "Invalid argument"


def test_what_stands_in_the_way_is_named(monkeypatch, tmp_path):
    """Without headers the last check shows the refusal, and which check to mend first."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("BCC_KERNEL_SOURCE", str(tmp_path / "nowhere"))
    check = doctor.examine()[-1]
    assert (check.name, check.status) == ("program", "fault")
    assert "headers" in check.found and "# unset BCC_KERNEL_SOURCE" in check.fix.splitlines()
    assert check.fix.splitlines()[-1] == "./lab doctor   # once mended: headers"
