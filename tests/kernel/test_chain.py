"""The chain hook → filter → display: hostile paths, and a storm while it is rewired."""

import os
import threading

import pytest

from bpflab import load, run
from tests.kernel.execs import Own, execute, fresh_binary
from tests.kernel.release import may_miss

pytestmark = pytest.mark.usefixtures("nothing_left")

EXECVE = "syscalls:sys_enter_execve"
HOOK, FILTER, DISPLAY = range(3)
ENTERED, EXCLUDED, SHOWN, FELL = range(4)
DEBUG = 2


@pytest.fixture
def one_cpu():
    """Keep the test, and so all that it starts, on one CPU and in one buffer."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.fixture
def chain():
    """The chain of lesson 07, wired, telling everything."""
    with load("tail_calls/5-inlined") as program:
        program.maps["JUMP_TABLE"].fill({0: "filter", 1: "display"})
        program.maps["LEVEL"][0] = DEBUG
        yield program


@pytest.mark.parametrize(
    "path",
    [
        b"",
        b"/" + b"x" * 510,
        b"/tmp/<script>alert(1)</script>",
        b"/tmp/\x1b[2J\nnext",
        b"/tmp/\xff\xfe\xfd",
    ],
    ids=["empty", "511 bytes", "markup", "escapes", "not UTF-8"],
)
def test_a_path_of_any_bytes_is_shown_or_excluded_whole(chain, path, one_cpu):
    """Each goes through all three; the same bytes as a key exclude it, after a longer one too."""
    with chain.attached(hook=EXECVE):
        shown = execute(path)
        chain.maps["EXCLUDED_CMDS"].fill([path])
        execute(b"/" + b"y" * 600)
        excluded = execute(path)
        other = execute(b"/usr/bin/true")

    log = chain.events
    assert log.frame(shown)["stage"].tolist() == [HOOK, FILTER, DISPLAY, DISPLAY]
    assert set(log.frame(shown)["path_bytes"]) == {path}
    assert set(log.frame(shown)["path_status"]) == {"whole"}
    assert log.frame(excluded)["what"].tolist() == [ENTERED, ENTERED, EXCLUDED]
    assert SHOWN in log.frame(other)["what"].tolist()


@pytest.mark.parametrize("length", [512, 4095])
def test_a_path_longer_than_the_buffer_is_marked(chain, length):
    """It says that it was cut at every stage, and is shown."""
    with chain.attached(hook=EXECVE):
        own = execute(b"/" + b"x" * (length - 1))

    frame = chain.events.frame(own)
    assert set(frame["path_status"]) == {"cut"}
    assert frame["what"].tolist()[-1] == SHOWN


def test_a_path_that_cannot_be_read_is_never_excluded(chain, tmp_path):
    """A constant on a page not yet in memory reads as zeros; a key of zeros does not hide it."""
    binary = fresh_binary(tmp_path)
    chain.maps["EXCLUDED_CMDS"].fill([b""])
    with chain.attached(hook=EXECVE):
        own = execute(binary)

    frame = chain.events.frame(own)
    second = frame[frame["path_bytes"] != binary]
    assert set(second["path_status"]) <= {"unreadable", "whole"}
    assert EXCLUDED not in second["what"].tolist()
    assert SHOWN in second["what"].tolist()


def test_a_storm_while_the_chain_is_rewired_loses_nothing_in_silence(chain):
    """2000 executions while slots come and go: every event has one way, and all add up."""
    runs, done = [], threading.Event()

    def storm():
        try:
            runs.append(run("/usr/bin/true", times=2000, deadline_s=280))
        finally:
            done.set()

    table = chain.maps["JUMP_TABLE"]
    with chain.attached(hook=EXECVE):
        thread = threading.Thread(target=storm)
        thread.start()
        while not done.wait(0.002):
            for slot, name in ((1, "display"), (0, "filter")):
                del table[slot]
                chain.events.pump()
                table[slot] = name
        thread.join()

    frame = chain.events.frame(runs[0])
    count = frame.groupby(["stage", "what"]).size().to_dict()
    ledger = chain.events.ledger()
    assert ledger["dropped"] == 0
    assert ledger["unaccounted"] == 0
    assert 0 <= 2000 - count[HOOK, ENTERED] <= may_miss(chain)
    assert count[FILTER, ENTERED] + count.get((HOOK, FELL), 0) == count[HOOK, ENTERED]
    assert count[DISPLAY, SHOWN] + count.get((FILTER, FELL), 0) == count[FILTER, ENTERED]
    assert count.get((HOOK, FELL), 0) > 0
    assert count.get((FILTER, FELL), 0) > 0


def test_an_exec_through_a_descriptor_is_another_system_call(chain):
    """execveat with an empty path is not seen at execve's hook, and is at sched_process_exec."""
    with load("shared_state") as after, after.attached(prog1="sched:sched_process_exec"):
        after.maps["TAIL_CALL_MAP"].fill({0: "prog2", 1: "prog3"})
        with chain.attached(hook=EXECVE):
            pid = os.fork()
            if pid == 0:
                os.execve(os.open("/usr/bin/true", os.O_RDONLY), ["true"], {})
            os.waitpid(pid, 0)
        assert len(chain.events.frame(Own([pid]))) == 0
        assert after.events.frame(Own([pid]))["prog"].tolist() == [1, 2, 3]
