"""Lesson 12's programs: replaced under load, emptied, and held by others."""

import os
import subprocess
import time

import pytest

from bpflab import LabError, inspect, load, standby, syscalls
from bpflab.data.pins import bpffs
from tests.kernel.release import may_miss

pytestmark = pytest.mark.usefixtures("nothing_left")

SEEN, VERSION_1, VERSION_2, FELL_THROUGH, NOT_ONCE, FILTERED, SHOWN = range(7)
CALLS = 150_000


@pytest.fixture
def chain():
    """The chain with version 1, attached."""
    with load("hot_swap", type="raw_tracepoint") as program:
        program.maps["JUMP_TABLE"].fill({0: "filter_1", 1: "display"})
        program.maps["WATCHED"].fill([syscalls.number("getppid")])
        program.maps["TAKEN"][0] = 1
        yield program.attach(hook="sys_enter")


def counts(program):
    """Return what was counted, in the order of the names above."""
    return [program.maps["COUNT"].total(n) for n in range(7)]


def unseen(program, made):
    """Return how many calls neither the hook nor the kernel's count of skipped runs has.

    The kernel counts the calls of all processes, so it may have skipped more than calls of ours.
    """
    seen = program.maps["COUNT"].total(SEEN)
    return max(made - seen - may_miss(program), seen - made, 0)


def calls(program, times=10):
    """Make so many calls in a process of its own; return the counts of these alone."""
    program.maps["COUNT"].clear()
    with standby(f"for _ in range({times}): os.getppid()", "import os") as process:
        program.maps["OWN"].clear().fill(process.pids)
        process.go()
    return counts(program)


def under_load(program, act):
    """Call act(n) again and again while two processes make their calls; return how often."""
    loop = f"for _ in range({CALLS}): os.getppid()"
    first, *_, last = 2 * sorted(os.sched_getaffinity(0))
    with standby(loop, "import os", cpu=first) as a, standby(loop, "import os", cpu=last) as b:
        program.maps["OWN"].fill([a.pid, b.pid])
        a.start(), b.start()
        acts = 0
        while a.running and b.running:
            act(acts)
            acts += 1
        a.wait(), b.wait()
    return acts


def until_emptied(program):
    """Wait until calls fall through: the kernel empties a table in its own time."""
    for _ in range(200):
        if calls(program, 1)[FELL_THROUGH]:
            return
        time.sleep(0.01)
    pytest.fail("the table was not emptied")


def test_each_version_does_its_own(chain):
    """Version 1 shows all; version 2 one of eight."""
    assert calls(chain, 16) == [16, 16, 0, 0, 0, 0, 16]
    chain.maps["JUMP_TABLE"][0] = "filter_2"
    chain.maps["TURN"].clear()
    with_two = calls(chain, 800)
    assert with_two[:5] == [800, 0, 800, 0, 0]
    assert with_two[FILTERED] + with_two[SHOWN] == 800
    assert 90 <= with_two[SHOWN] <= 100  # each CPU has turns of its own


def test_no_event_is_lost_and_none_is_taken_twice(chain):
    """Swapped as fast as Python can while two CPUs are busy."""
    table = chain.maps["JUMP_TABLE"]
    swaps = under_load(chain, lambda n: table.fill({0: ("filter_2", "filter_1")[n % 2]}))
    seen, first, second, fell, not_once, filtered, shown = counts(chain)
    assert swaps > 10 and first > 0 and second > 0
    assert (unseen(chain, 2 * CALLS), fell, not_once) == (0, 0, 0)
    assert first + second == seen and filtered + shown == seen


def test_one_that_is_taken_twice_is_noticed(chain):
    """The proof is worth something: a mark too many, or too few, is counted at the next event."""
    for mark in (0, 2):
        chain.maps["TAKEN"][0] = mark
        with standby("os.getppid()", "import os", cpu=min(os.sched_getaffinity(0))) as process:
            chain.maps["COUNT"].clear()
            chain.maps["OWN"].clear().fill(process.pids)
            process.go()
        assert counts(chain)[NOT_ONCE] == 1
        chain.maps["TAKEN"][0] = 1


def test_two_versions_in_a_row_are_noticed(chain):
    """Version 1 jumps to version 2 in the place of display: each event but the last tells."""
    chain.maps["JUMP_TABLE"][1] = "filter_2"
    with standby(
        "for _ in range(10): os.getppid()", "import os", cpu=min(os.sched_getaffinity(0))
    ) as process:
        chain.maps["OWN"].clear().fill(process.pids)
        process.go()
    seen, first, second, _, not_once, *_ = counts(chain)
    assert (seen, first) == (10, 10) and second >= 10
    assert not_once == 9


def test_what_meets_an_empty_slot_is_counted(chain):
    """Nothing goes astray while the slot is emptied and filled."""

    def act(n):
        if n % 2:
            chain.maps["JUMP_TABLE"][0] = "filter_1"
        else:
            del chain.maps["JUMP_TABLE"][0]

    under_load(chain, act)
    seen, first, second, fell, not_once, _, shown = counts(chain)
    assert fell > 0
    assert (unseen(chain, 2 * CALLS), second, not_once) == (0, 0, 0)
    assert first + fell == seen and shown == first


def test_a_hook_outlives_its_table(chain):
    """With the last user's fd the kernel empties it, and every event falls through."""
    with chain.hold("hook", "COUNT", "OWN") as lease:
        chain.close()
        until_emptied(lease)
        assert calls(lease)[:4] == [10, 0, 0, 10]


def test_a_table_that_is_held_stays_full(chain):
    """By whom does not matter: by a process that does not know what it holds, here."""
    with chain.hold("hook", "COUNT", "OWN", "JUMP_TABLE") as lease:
        chain.close()
        assert calls(lease)[:4] == [10, 10, 0, 0]
        keeper = subprocess.Popen(["/usr/bin/sleep", "60"], pass_fds=[lease.fds["JUMP_TABLE"]])
        try:
            lease.release("JUMP_TABLE")
            assert calls(lease)[:4] == [10, 10, 0, 0]
        finally:
            keeper.kill()
            keeper.wait()
        until_emptied(lease)


def test_a_pin_holds_a_table(chain):
    """As long as it is there; afterwards bpffs is as it was."""
    place = bpffs()
    if place is None or not os.access(place, os.W_OK):
        pytest.skip("no bpffs is mounted here, or it is not ours to write to")
    before = sorted(place.iterdir())
    with chain.hold("hook", "COUNT", "OWN") as lease:
        with chain.maps["JUMP_TABLE"].pinned() as path:
            assert path.exists()
            chain.close()
            assert calls(lease)[:4] == [10, 10, 0, 0]
        until_emptied(lease)
    assert sorted(place.iterdir()) == before


def test_a_lease_that_is_released_holds_nothing(chain):
    """Twice is no error, and its maps say that they are closed."""
    with chain.hold("hook", "COUNT") as lease:
        count = lease.maps["COUNT"]
        assert len(inspect.left_behind()) == 1  # the link; a map's id is the program's own
        lease.release("COUNT")
        lease.release("COUNT")
        assert set(lease.fds) == {"hook"}
    assert lease.fds == {} and inspect.left_behind().empty
    with pytest.raises(LabError) as caught:
        count.total()
    assert caught.value.kind == "closed"
    assert calls(chain)[SEEN] == 10  # the program has its own


def test_what_cannot_be_held_is_refused(chain):
    """A name that there is not; a perf event, which closing disables; and then no fd is left."""
    for name in ("nosuch", "filter_1"):
        with pytest.raises(LabError) as caught, chain.hold("COUNT", name):
            pass
        assert caught.value.kind == "no-lease"
    text = "BPF_ARRAY(n, u64, 1);\nint f(void *ctx) { return 0; }"
    with load("perf-event", text=text) as other:
        other.attach(f="sched:sched_process_exec")
        with pytest.raises(LabError) as caught, other.hold("f"):
            pass
    assert caught.value.kind == "no-lease" and "perf event" in caught.value.why
    assert inspect.left_behind().empty
