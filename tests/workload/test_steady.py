"""A background of commands: its rate, its end, and its faults."""

import shutil
import threading
import time

import pytest

from bpflab import LabError
from bpflab.workload import steady as module
from bpflab.workload.steady import steady

TRUE, SH = "/usr/bin/true", "/bin/sh"


def test_a_steady_run_grows_while_the_block_runs():
    """Commands take turns; their pids are known inside the block; afterwards nothing runs."""
    with steady([TRUE, (SH, "-c", "exit 3")], per_second=50) as busy:
        ends = time.monotonic() + 20
        while len(busy.pids) < 6 and time.monotonic() < ends:
            time.sleep(0.01)
        inside = busy.pids

    done = busy.so_far()
    assert len(inside) >= 6
    assert done.pids[: len(inside)] == inside
    assert done.paths[:4] == (TRUE, SH, TRUE, SH)
    assert done.returncodes[:4] == (0, 3, 0, 3)
    assert len(done.pids) == len(done.returncodes) == len(done.paths)
    time.sleep(0.1)
    assert busy.so_far() == done


def test_a_steady_run_keeps_about_its_rate():
    """At 20 a second, one second has no more than 21 and, on a busy machine, at least a few."""
    with steady(TRUE, per_second=20, seconds=1.0) as busy:
        time.sleep(1.3)
        ended = len(busy.pids)
        time.sleep(0.2)

    assert 5 <= ended <= 21
    assert len(busy.pids) == ended


@pytest.mark.parametrize("rate", [0, -1])
def test_a_steady_run_needs_a_rate_and_a_command(rate):
    """Neither no command nor no rate has a meaning."""
    with pytest.raises(LabError, match="rate above 0"), steady(TRUE, rate):
        pass
    with pytest.raises(LabError, match="needs a command"), steady([], 1):
        pass


def test_a_steady_runs_faults_are_told(tmp_path):
    """A wrong path at once; what breaks on the way, when the block ends."""
    with pytest.raises(LabError, match="no file"), steady("/no/such/command", 10):
        pytest.fail("the block was entered")

    command = tmp_path / "command"
    shutil.copy(TRUE, command)
    with pytest.raises(LabError, match="No such file"), steady(command, 50) as busy:
        command.unlink()
        time.sleep(0.3)
    assert set(busy.so_far().returncodes) <= {0}


def test_a_command_that_does_not_end_is_a_fault(monkeypatch):
    """It is ended after its deadline, and stopping tells of it."""
    monkeypatch.setattr(module, "_DEADLINE_S", 0.3)
    busy = steady([("/usr/bin/sleep", "60")], 50)
    busy._worker.join(20)
    with pytest.raises(LabError) as caught:
        busy.stop()

    assert caught.value.kind == "deadline"


@pytest.mark.parametrize("fault", [KeyboardInterrupt, RuntimeError])
def test_a_steady_run_ends_with_a_block_that_fails(fault):
    """The block's own fault comes through, and the thread is gone."""
    before = threading.active_count()

    with pytest.raises(fault), steady((TRUE,), 50):
        raise fault

    assert threading.active_count() == before


def test_a_steady_run_goes_on_beside_its_starter():
    """It returns at once, runs until it is stopped, and then says what ran."""
    busy = steady(TRUE, per_second=50)
    ends = time.monotonic() + 20
    while len(busy.pids) < 3 and time.monotonic() < ends:
        time.sleep(0.01)
    running = repr(busy)
    done = busy.stop()

    assert running.startswith("<Steady: running, Run(")
    assert len(done.pids) == len(done.returncodes) >= 3
    assert repr(busy) == f"<Steady: ended, Run({len(done.pids)} x {TRUE})>"
