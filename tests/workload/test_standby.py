"""A process that stands by: known before it does anything, started once, never left behind."""

import os
import time
from pathlib import Path

import pytest

from bpflab import LabError
from bpflab.workload import child
from bpflab.workload.standby import Standby, standby


def alive(pid):
    """Return whether a process, or what is left of one, has this pid."""
    return Path(f"/proc/{pid}").exists()


def test_it_does_nothing_until_it_is_started(tmp_path):
    """Its setup has run, and its code has not; then it has, and the process is gone."""
    prepared, done = tmp_path / "prepared", tmp_path / "done"
    setup = f"import pathlib; pathlib.Path({str(prepared)!r}).touch()"
    with standby(f"pathlib.Path({str(done)!r}).touch()", setup) as process:
        assert prepared.exists() and not done.exists()
        assert process.running and alive(process.pid)
        process.go()
        assert done.exists() and not process.running
    assert not alive(process.pid)


def test_its_last_call_is_the_one_that_it_waits_in():
    """It sleeps in read(2) of its standard input: none of its calls is still to come."""
    with standby("pass") as process:
        call = Path(f"/proc/{process.pid}/syscall").read_text(encoding="ascii").split()
        state = Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0]
        assert state == "S"
        assert call[1] == "0x0"  # the first argument: fd 0


def test_one_that_computes_is_not_taken_for_one_that_waits():
    """Only a process that sleeps has made the call that it waits in."""
    with standby("while True: pass") as process:
        assert process._asleep()
        process.start()
        ends = time.monotonic() + 10
        while process._asleep() and time.monotonic() < ends:
            time.sleep(0.01)
        assert not process._asleep()


def test_its_pid_is_what_a_frame_asks_for(tmp_path):
    """The code sees the same pid, and ``pids`` holds it alone."""
    told = tmp_path / "pid"
    code = f"open({str(told)!r}, 'w').write(str(os.getpid()))"
    with standby(code, "import os") as process:
        process.go()
    assert process.pids == (int(told.read_text()),)


def test_it_stays_on_its_cpu():
    """Allowed there alone, before it is started."""
    cpu = max(os.sched_getaffinity(0))
    with standby("pass", cpu=cpu) as process:
        assert os.sched_getaffinity(process.pid) == {cpu}


def test_a_cpu_that_is_not_there_is_refused():
    """With those that are, and nothing is left of the process."""
    with pytest.raises(LabError) as caught, standby("pass", cpu=10_000):
        pass
    assert caught.value.kind == "no-cpu"


def test_two_run_side_by_side(tmp_path):
    """``start`` returns at once: the first one waits for what the second one does."""
    mark = str(tmp_path / "mark")
    wait, make = f"while not os.path.exists({mark!r}): pass", f"open({mark!r}, 'w')"
    with standby(wait, "import os") as one, standby(make) as two:
        one.start(), two.start()
        one.wait(), two.wait()
        assert not one.running and not two.running


def test_it_is_started_once():
    """A second start, and one after its end, say so."""
    with standby("pass") as process:
        process.go()
        with pytest.raises(LabError, match="started before") as caught:
            process.start()
    assert caught.value.kind == "standby"


@pytest.mark.parametrize("setup", ["", "import os"])
def test_code_that_fails_says_why(setup):
    """With the last line of what it said, made safe."""
    code = "raise ValueError('no \\x1b[31m such')"
    with standby(code, setup) as process, pytest.raises(LabError) as caught:
        process.go()
    assert caught.value.kind == "standby"
    assert "ValueError: no" in caught.value.why
    assert "\x1b" not in caught.value.why


def test_a_setup_that_fails_is_told_at_once():
    """And nothing is left of the process."""
    ended = pytest.raises(LabError, match="ended before it was started")
    with ended as caught, standby("pass", "1 / 0"):
        pytest.fail("the block was entered")
    assert "ZeroDivisionError" in caught.value.why


def test_a_setup_that_ends_the_process_is_told():
    """With status 0 as well: there is nothing to start."""
    ended = pytest.raises(LabError, match="ended before it was started")
    with ended as caught, standby("pass", "import sys; sys.exit()"):
        pytest.fail("the block was entered")
    assert (caught.value.kind, "status 0" in caught.value.why) == ("standby", True)


def test_what_a_setup_prints_is_no_sign_that_it_is_ready(tmp_path):
    """The block begins when the setup has ended, however much it has printed before."""
    mark = tmp_path / "mark"
    prints = "import os, time\nprint('x' * 200_000, flush=True)\ntime.sleep(0.5)\n"
    setup = f"{prints}open({str(mark)!r}, 'w')"
    with standby("pass", setup) as process:
        assert mark.exists()
        process.go()


@pytest.mark.parametrize("code", ["\0", "\ud800", "#" * 200_000])
def test_code_that_cannot_be_handed_over_is_refused(code):
    """A NUL, a lone surrogate, more than an argument may hold."""
    with pytest.raises(LabError, match="cannot be started") as caught, standby(code):
        pass
    assert caught.value.kind == "standby"


def test_one_that_does_not_end_is_ended(monkeypatch):
    """After its deadline, with a LabError."""
    with standby("while True: pass") as process:
        monkeypatch.setattr(child, "DEADLINE_S", 0.2)
        process.start()
        with pytest.raises(LabError) as caught:
            process.wait()
        assert caught.value.kind == "deadline"
        assert not alive(process.pid)


def test_a_setup_that_does_not_end_is_ended(monkeypatch):
    """No process of ours is left that runs it."""
    monkeypatch.setattr(child, "DEADLINE_S", 0.3)
    with pytest.raises(LabError) as caught, standby("pass", "while True: pass"):
        pass
    assert caught.value.kind == "deadline"


@pytest.mark.parametrize("started", [False, True])
def test_leaving_the_block_ends_it(started):
    """Whether it was started or not, and by an exception too."""
    with pytest.raises(KeyError), standby("time.sleep(60)", "import time") as process:
        if started:
            process.start()
        raise KeyError
    assert not alive(process.pid)


def test_it_keeps_its_pid_when_it_executes():
    """The process that is waited for is the new program, whose status counts."""
    code = "os.execv('/bin/sh', ['sh', '-c', 'exit 7'])"
    with standby(code, "import os") as process, pytest.raises(LabError, match="status 7"):
        process.go()


def test_it_waits_for_sleep_within_its_deadline(monkeypatch):
    """A process that never falls asleep is not waited for without end."""
    monkeypatch.setattr(Standby, "_asleep", lambda self: False)
    monkeypatch.setattr(child, "DEADLINE_S", 0.5)
    with pytest.raises(LabError) as caught, standby("pass"):
        pass
    assert caught.value.kind == "deadline"
