"""Two hooks joined: a call finds its own state, or it is known that it has none."""

import os
from collections import Counter

import pytest

from bpflab import load, run
from bpflab.workload.standby import standby

pytestmark = pytest.mark.usefixtures("nothing_left")

HOOKS = {
    "hook_enter": "syscalls:sys_enter_execve",
    "hook_exit": "syscalls:sys_exit_execve",
}
CPUS = sorted(os.sched_getaffinity(0))


def unfinished(chain):
    """Return how many calls were entered and not ended, as the chain's own maps tell."""
    return len(chain.maps["PROGRAM"]) + chain.maps["no_exit"].total()


def test_a_call_that_another_overtakes_keeps_its_path():
    """By process each has its own; with one place for a CPU both report who wrote last."""
    found = {}
    mine = {"MINE(path)": "(path[9] == '.' && path[10] == '/')"}  # of a CPU, others would take part
    shared = {"STATE_TYPE": '"percpu_array"', "ENTRIES": 1, "KEY": 0}
    for name, defines in {"process": mine, "cpu": mine | shared}.items():
        with load("two_hooks/join", defines=defines) as program:
            with standby(execve="/usr/bin/./true", cpu=CPUS[0]) as call, program.attached(**HOOKS):
                call.enter()
                other = run("/usr/bin/./id", cpu=CPUS[0])
                own = call.leave()
            found[name] = program.events.frame(other + own)["path"].tolist()

    assert found == {
        "process": ["/usr/bin/./id", "/usr/bin/./true"],
        "cpu": ["/usr/bin/./id", "/usr/bin/./id"],
    }


def test_the_duration_holds_the_time_that_the_call_stood_still():
    """What happens while the call is paused lies between its two times."""
    with load("two_hooks/join") as program:
        with standby(execve="/usr/bin/true") as call, program.attached(**HOOKS):
            call.enter()
            other = run("/usr/bin/id")
            own = call.leave()
        slow, quick = (program.events.records(only)[-1] for only in (own, other))

    assert slow["t_enter"] < quick["t_enter"] < quick["t_exit"] < slow["t_exit"]
    assert (slow["ret"], quick["ret"]) == (0, 0)


def test_every_call_of_the_chain_is_accounted_for():
    """The chain's counts and the events agree, and no state is left behind."""
    with load("two_hooks/chain") as chain:
        chain.maps["JUMP_TABLE"].fill({0: "filter", 1: "display"})
        chain.maps["EXCLUDED_CMDS"].fill(["/usr/bin/./true"])
        with chain.attached(**HOOKS):
            own = run("/usr/bin/./true", times=5) + run("/usr/bin/id", times=7)
        slots = chain.maps["DURATIONS"].frame().set_index("key")["value"]
        events = chain.events.records()
        ledger, inside = chain.events.ledger(), unfinished(chain)
        left = [pid for pid in own.pids if pid in chain.maps["PROGRAM"]]
        paths = chain.events.frame(own)["path"].tolist()

    assert paths == ["/usr/bin/id"] * 7
    assert ledger["filtered"] >= 5 and ledger["dropped"] == 0
    took = [int(end - start).bit_length() - 1 for start, end in events[["t_enter", "t_exit"]]]
    assert slots[slots > 0].to_dict() == Counter(took)
    assert ledger["unaccounted"] == inside
    assert left == []


def test_a_call_that_is_under_way_is_in_the_map():
    """It is unaccounted while it is paused, and neither unaccounted nor in the map afterwards."""
    with load("two_hooks/chain") as chain:
        chain.maps["JUMP_TABLE"].fill({0: "filter", 1: "display"})
        with standby(execve="/usr/bin/true") as call, chain.attached(**HOOKS):
            call.enter()
            entered = (
                call.pids[0] in chain.maps["PROGRAM"],
                chain.events.ledger()["unaccounted"] > 0,
            )
            own = call.leave()
        assert entered == (True, True)
        assert [pid for pid in own.pids if pid in chain.maps["PROGRAM"]] == []
        assert chain.events.ledger()["unaccounted"] == unfinished(chain)


def test_a_call_whose_end_was_not_seen_is_counted_when_the_next_one_replaces_it():
    """With the first hook alone, env and then id are two calls of one process: one is replaced."""
    with load("two_hooks/chain") as chain:
        with chain.attached(hook_enter=HOOKS["hook_enter"]):
            own = run("/usr/bin/env", "/usr/bin/id")
        ledger = chain.events.ledger()
        assert own.pids[0] in chain.maps["PROGRAM"]
        assert chain.maps["no_exit"].total() >= 1
        assert ledger["unaccounted"] == ledger["produced"] == unfinished(chain)


def test_an_empty_jump_table_is_counted_and_leaves_no_state():
    """A chain that nobody has filled falls through, and still forgets each call."""
    with load("two_hooks/chain") as chain:
        with chain.attached(**HOOKS):
            own = run("/usr/bin/id", times=3)
        assert len(chain.events.frame(own)) == 0
        assert chain.maps["fell_through"].total() >= 3
        assert [pid for pid in own.pids if pid in chain.maps["PROGRAM"]] == []
