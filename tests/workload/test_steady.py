"""A background of commands: its rate, its end, and its faults."""

import shutil
import time

import pytest

from bpflab import LabError
from bpflab.workload import steady as module
from bpflab.workload.runs import run

TRUE, SH = "/usr/bin/true", "/bin/sh"


def grown(busy, size):
    """Wait until so many commands have started."""
    ends = time.monotonic() + 20
    while len(busy.pids) < size and time.monotonic() < ends:
        time.sleep(0.01)
    return busy.pids


def test_it_grows_beside_its_starter_until_it_is_stopped():
    """It returns at once, commands take turns, their pids are known; afterwards nothing runs."""
    busy = run([TRUE, (SH, "-c", "exit 3")], per_second=50)
    inside = grown(busy, 6)
    done = busy.stop()

    assert len(inside) >= 6
    assert done.pids[: len(inside)] == inside
    assert done.paths[:4] == (TRUE, SH, TRUE, SH)
    assert done.returncodes[:4] == (0, 3, 0, 3)
    assert len(done.pids) == len(done.returncodes) == len(done.paths)
    time.sleep(0.1)
    assert busy.stop() == done


def test_it_keeps_about_its_rate_and_ends_by_itself():
    """At 20 a second, one second has no more than 21 and, on a busy machine, at least a few."""
    busy = run(TRUE, per_second=20, seconds=1.0)
    busy._worker.join(20)

    assert 5 <= len(busy.stop()) <= 21


@pytest.mark.parametrize("rate", [0, -1])
def test_a_steady_run_needs_a_rate_and_a_command(rate):
    """Neither no command nor no rate has a meaning."""
    with pytest.raises(LabError, match="rate above 0"):
        run(TRUE, per_second=rate)
    with pytest.raises(LabError, match="needs a command"):
        run([], per_second=1)


def test_faults_are_raised(tmp_path):
    """A wrong path at once; what breaks on the way, when it is stopped."""
    with pytest.raises(LabError, match="no file"):
        run("/no/such/command", per_second=10)

    command = tmp_path / "command"
    shutil.copy(TRUE, command)
    busy = run(command, per_second=50)
    grown(busy, 1)
    command.unlink()
    busy._worker.join(20)
    with pytest.raises(LabError, match="No such file"):
        busy.stop()


def test_a_command_that_does_not_end_is_a_fault(monkeypatch):
    """It is ended after its deadline, and stopping tells of it."""
    monkeypatch.setattr(module, "_DEADLINE_S", 0.3)
    busy = run([("/usr/bin/sleep", "60")], per_second=50)
    busy._worker.join(20)
    with pytest.raises(LabError) as caught:
        busy.stop()

    assert caught.value.kind == "deadline"


def test_a_rate_is_for_a_background_alone():
    """What a run of so many times takes is refused there, and the other way round."""
    for wrong in ({"times": 3}, {"cpu": 0}, {"uid": 0}, {"deadline_s": 1.0}):
        with pytest.raises(LabError, match="takes no times") as caught:
            run(TRUE, per_second=5, **wrong)
        assert caught.value.kind == "argument"
    with pytest.raises(LabError, match="seconds is for a run with per_second"):
        run(TRUE, seconds=5)
    with pytest.raises(LabError, match="must be text, bytes or a path") as caught:
        run([SH, "-c", "exit 0"])
    assert caught.value.fix == "run('/bin/sh', '-c', 'exit 0')"
