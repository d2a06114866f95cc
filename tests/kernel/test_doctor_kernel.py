"""The doctor's last check, on the running kernel."""

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bpflab import doctor, inspect, load
from bpflab.doctor import probes
from bpflab.doctor.trial import is_gone, is_loaded, try_program

pytestmark = pytest.mark.kernel

lists = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("bpftool"),
    reason="bpftool and CAP_SYS_ADMIN show the programs of the whole machine",
)


def programs():
    """The lines of bpftool for the doctor's programs: others may load theirs meanwhile."""
    done = subprocess.run(["bpftool", "prog", "list"], capture_output=True, text=True, check=True)
    return [row for row in done.stdout.splitlines() if "name doctor_count " in row]


def test_program():
    """Here a real program counts each exec that the doctor fired, and is gone afterwards."""
    machine = doctor.Machine()
    checks = {check.name: check for check in doctor.examine(machine)}
    assert list(checks) == list(doctor.NAMES)
    assert checks["program"].status == "ok", checks["program"]
    assert checks["program"].found.endswith("counted 7 of 7 execs")
    assert machine.trial.prog_id > 0
    assert not is_loaded(machine.trial.prog_id)


@lists
def test_what_stays_is_seen():
    """A program that is loaded is not gone, however long one waits; once closed, it is."""
    with load("stays", text="int stays(void *ctx) { return 0; }"):
        (number,) = inspect.programs().query("name == 'stays'")["id"]
        assert is_loaded(number) and not is_gone(number, seconds=0.1)
    assert is_gone(number, seconds=5)


@lists
def test_nothing_stays():
    """The kernel holds as many programs after an examination as before."""
    before = programs()
    doctor.examine()
    assert programs() == before


@lists
def test_deadline_leaves_nothing(monkeypatch):
    """A trial that is ended in its midst, while its program is attached, leaves none."""
    read_text = Path.read_text

    def slowed(path, *args):
        text = read_text(path, *args)
        return text.replace("    fire(name)\n", "    import time; time.sleep(60)\n", 1)

    monkeypatch.setattr(Path, "read_text", slowed)
    before = programs()
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(try_program, 5)
        seen = before
        while not future.done() and seen == before:
            time.sleep(0.1)
            seen = programs()
        loaded = [is_loaded(int(row.split(":")[0])) for row in seen]
        trial = future.result(timeout=10)
    assert all(loaded)
    assert len(seen) == len(before) + 1, "the program was never in the kernel"
    assert (trial.stage, trial.timed_out, trial.left) == ("attached", True, False)
    assert trial.prog_id > 0
    assert not is_loaded(trial.prog_id)
    assert programs() == before


def test_the_probes_are_answered_by_this_kernel(nothing_left):
    """What the lessons need is found here, where they are executed, and nothing of it stays."""
    survey = doctor.survey()
    lacking = {name: check.found for name, check in survey.found.items() if check.status != "ok"}
    needed = {name for lesson in survey.lessons for name in lesson.needs}
    assert {name: found for name, found in lacking.items() if name in needed} == {}


def test_the_probes_are_refused_what_is_not_there(nothing_left, monkeypatch):
    """A map, a program, a hook, a run and a helper that no kernel has are told from what it has."""
    machine = doctor.Machine()
    assert probes.maps(machine, [1 << 20]) == "Invalid argument"
    assert probes.program(machine, 1 << 20) == "Invalid argument"
    assert probes.program(machine, probes.TRACEPOINT, probes.code(0)) != ""
    assert probes.raw_tracepoint(machine, b"lab_nowhere") == "No such file or directory"
    assert probes.run(machine, probes.TRACEPOINT) == "not supported"
    monkeypatch.setattr(probes, "_LOOP", 1 << 20)
    assert probes.loop_helper(machine) == "the verifier knows no such helper"
