"""An execve led by the hand: where it stops, and that no process is left."""

import os
import time
from pathlib import Path

import pytest

from bpflab.errors import LabError
from bpflab.workload import child
from bpflab.workload.standby import standby

TRUE = "/usr/bin/true"


def comm(call):
    """Return the name of the process that makes the call."""
    return Path(f"/proc/{call.pids[0]}/comm").read_text(encoding="ascii").strip()


def test_it_stops_when_the_new_program_is_in_place():
    """Before the call the process is a shell, in the middle of it it has the new name."""
    with standby(execve=TRUE) as call:
        before = comm(call)
        call.enter()
        assert (before, comm(call)) == ("sh", "true")
        assert Path(f"/proc/{call.pids[0]}/stat").read_text().rpartition(")")[2].split()[0] == "t"


def test_it_goes_on_and_is_a_run():
    """Let go, the program runs to its end, and its status and pid are known."""
    with standby(execve="/usr/bin/false") as call:
        own = call.enter().leave()

    assert (own.pids, own.returncodes, own.paths) == (call.pids, (1,), ("/usr/bin/false",))


def test_it_runs_where_it_is_moved():
    """A process that stands still may be given another CPU."""
    cpus = sorted(os.sched_getaffinity(0))
    with standby(execve=TRUE, cpu=cpus[0]) as call:
        assert os.sched_getaffinity(call.pids[0]) == {cpus[0]}
        call.enter().move(cpus[-1])
        assert os.sched_getaffinity(call.pids[0]) == {cpus[-1]}


@pytest.mark.parametrize("entered", [False, True])
def test_a_block_that_fails_leaves_no_process(entered):
    """Waiting or paused, the process ends with the block."""
    with pytest.raises(ZeroDivisionError), standby(execve=TRUE) as call:
        if entered:
            call.enter()
        raise ZeroDivisionError

    assert not Path(f"/proc/{call.pids[0]}").exists()


def test_a_stop_that_nobody_collected_is_not_its_end():
    """The block ends while the process stands in its execve, and the stop was not waited for."""
    with standby(execve=TRUE) as call:
        call._child.stdin.close()
        stat = Path(f"/proc/{call.pids[0]}/stat")
        ends = time.monotonic() + 10
        while stat.read_text().rpartition(")")[2].split()[0] != "t" and time.monotonic() < ends:
            time.sleep(0.001)

    assert not stat.exists()


def test_a_command_that_cannot_be_executed_is_not_paused(tmp_path):
    """A script without its interpreter is executable by its mode alone: that is said."""
    script = tmp_path / "script"
    script.write_text("#!/nowhere\n")
    script.chmod(0o755)
    with standby(execve=script) as call, pytest.raises(LabError) as refused:
        call.enter()

    assert refused.value.kind == "not-paused"


def test_a_call_is_entered_once():
    """The second time there is nothing to enter."""
    with standby(execve=TRUE) as call, pytest.raises(LabError) as refused:
        call.enter().enter()

    assert refused.value.kind == "not-paused"


def test_a_program_that_does_not_end_is_ended(monkeypatch):
    """After the deadline, with a LabError."""
    with standby(execve=("/usr/bin/sleep", "60")) as call:
        call.enter()
        monkeypatch.setattr(child, "DEADLINE_S", 0.3)
        with pytest.raises(LabError) as refused:
            call.leave()

    assert refused.value.kind == "deadline"


def test_a_cpu_that_is_not_there_is_refused():
    """The process that was started for it is ended."""
    with pytest.raises(LabError) as refused, standby(execve=TRUE, cpu=10_000):
        pass

    assert refused.value.kind == "no-cpu"


def test_what_is_not_there_is_refused_before_anything_starts():
    """As for a run."""
    with pytest.raises(LabError) as refused:
        standby(execve="/nowhere/true")

    assert refused.value.kind == "no-command"


@pytest.mark.parametrize(
    "wrong", [{}, {"code": "pass", "execve": TRUE}, {"setup": "x = 1", "execve": TRUE}]
)
def test_a_process_waits_with_code_or_with_an_execve(wrong):
    """One of the two, and a setup belongs to the code."""
    with pytest.raises(LabError) as refused:
        standby(**wrong)

    assert refused.value.kind == "argument"


def test_the_command_may_have_arguments():
    """As a tuple; they reach the program."""
    with standby(execve=("/bin/sh", "-c", "exit 7")) as call:
        assert call.enter().leave().returncodes == (7,)
