"""The programs that share a buffer per CPU, while two processes use it on one CPU."""

import os
import time

import pytest

from bpflab import load, standby
from tests.kernel.release import may_miss

pytestmark = pytest.mark.usefixtures("nothing_left")

ENTER, EXIT = "syscalls:sys_enter_execve", "syscalls:sys_exit_execve"
TIMES = 1500  # that each process executes a path of its own, which is not there
EXECUTE = f"""
for _ in range({TIMES}):
    try: os.execv(path, [path])
    except OSError: pass
    for _ in range(500): pass
"""
CHAIN, DEBUG = {0: "filter", 1: "display"}, 2
PROGRAMS = {  # the slots of its jump table, and how many records an execution leaves
    "first_map/right_map": ({}, 1),
    "reset_bug/reset": ({}, 1),
    "exclusion/exclude": ({}, 1),
    "tail_calls/1-one": ({}, 2),
    "tail_calls/5-inlined": (CHAIN, 4),
    "two_hooks/chain": (CHAIN, 1),
}


def executed(program, hooks):
    """Return what two processes on one CPU executed, by pid, while the ring is read."""
    cpu, paths = min(os.sched_getaffinity(0)), ["/nowhere/" + letter * 400 for letter in "ab"]
    a, b = (standby(EXECUTE, f"import os; path = {path!r}", cpu=cpu) for path in paths)
    with a, b, program.attached(**hooks):
        a.start(), b.start()
        while a.running or b.running:
            program.events.pump()
            time.sleep(0.001)
        a.wait(), b.wait()
        return dict(zip([a.pid, b.pid], map(os.fsencode, paths), strict=True))


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_event_has_the_path_of_another_process(name):
    """Each record has its own process's path; what is not there was skipped by the kernel."""
    slots, records = PROGRAMS[name]
    with load(name) as program:
        if slots:
            program.maps["JUMP_TABLE"].fill(slots)
        if "LEVEL" in program.maps:
            program.maps["LEVEL"][0] = DEBUG
        two = "hook_exit" in program.functions
        hooks = {"hook_enter": ENTER, "hook_exit": EXIT} if two else {"hook": ENTER}
        paths = executed(program, hooks)
        ledger, frame = program.events.ledger(), program.events.frame(list(paths))
        missed = may_miss(program)

    wrong = frame[frame["path_bytes"] != frame["pid"].map(paths)]
    mixed = wrong[wrong["path_status"] != "unreadable"]  # a page may be out of memory at any time
    lost = records * 2 * TIMES - len(frame)
    columns = ["pid", "path_status", "path_len", "path_bytes"]
    assert mixed.empty, mixed[columns].to_string()
    # Of a call whose end was skipped there is no record yet, and `seen` has its beginning.
    assert 0 <= ledger["unaccounted"] <= (missed if two else 0)
    assert 0 <= lost <= records * missed + ledger["dropped"]
