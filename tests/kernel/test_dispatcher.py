"""Lesson 09's programs: a table of programs by system call number, and the counter of all calls."""

import pytest

from bpflab import load, standby, syscalls
from tests.kernel.release import may_miss

pytestmark = pytest.mark.usefixtures("nothing_left")

OTHER, EXEC, TIMER, IGNORED = range(4)
SETUP = "import ctypes, os; libc = ctypes.CDLL(None)"
CALLS = """
for _ in range(11): os.getppid()
for _ in range(7): os.getpid()
for _ in range(5): libc.syscall(434, -1, 0)
libc.execv(b"/nowhere", (ctypes.c_char_p * 2)(b"x"))
"""


@pytest.fixture
def dispatcher():
    """The table with an entry of each kind."""
    with load("dispatcher/table", type="raw_tracepoint") as program:
        slots = {"execve": "exec", "getppid": "timer", "getpid": "ignore"}
        program.maps["SYSCALL"].fill({syscalls.number(n): to for n, to in slots.items()})
        yield program


def observe(program):
    """Let a process make known calls; return how often each was reported, by kind and name."""
    with standby(CALLS, SETUP) as process:
        program.maps["OWN"].clear().fill(process.pids)
        with program.attached(dispatch="sys_enter"):
            process.go()
    frame = program.events.frame(process)
    frame["call"] = frame["nr"].map(syscalls.name)
    return frame.groupby(["kind", "call"]).size().to_dict()


def test_each_number_leads_to_its_program(dispatcher):
    """All slots, and numbers beyond them, asked of the kernel without one call."""
    named = {"execve": EXEC, "getppid": TIMER, "getpid": IGNORED}
    wanted = {syscalls.number(name): kind for name, kind in named.items()}
    for number in (*range(520), 2**31, 2**32 - 1):
        assert dispatcher.invoke("dispatch", 0, number) == wanted.get(number, OTHER)


def test_known_calls_arrive_at_their_programs(dispatcher):
    """As often as they were made; what is ignored is not reported, but it is counted."""
    told = observe(dispatcher)
    assert told[EXEC, "execve"] == 1
    assert told[TIMER, "getppid"] == 11
    assert told[OTHER, "pidfd_open"] == 5
    assert not any("getpid" in key for key in told)
    ledger = dispatcher.events.ledger()
    assert ledger["unaccounted"] == 0
    assert ledger["filtered"] >= 7 and ledger["dropped"] == ledger["waiting"] == 0


def test_the_others_are_left_out_by_a_switch(dispatcher):
    """What has a program stays."""
    dispatcher.maps["SKIP_OTHERS"][0] = 1
    assert observe(dispatcher) == {(EXEC, "execve"): 1, (TIMER, "getppid"): 11}
    ledger = dispatcher.events.ledger()
    assert ledger["unaccounted"] == 0


def test_a_number_beyond_the_table_falls_through():
    """It is reported as the others are."""
    with load("dispatcher/table", type="raw_tracepoint", defines={"SLOTS": 300}) as small:
        assert observe(small)[OTHER, "pidfd_open"] == 5


def test_the_counter_misses_no_call():
    """Known calls of two processes are all there; what is beyond the array is counted there.

    It counts the whole machine's calls, so these are of a kind that nobody else makes.
    """
    loop = "for _ in range(50_000): os.sched_get_priority_min(0)"
    number = syscalls.number("sched_get_priority_min")
    with load("dispatcher/count", type="raw_tracepoint") as counter:
        counter.attach(count="sys_enter")
        with standby(loop, SETUP) as one, standby(loop, SETUP) as two:
            one.start(), two.start()
            one.wait(), two.wait()
        counter.detach()
        assert 100_000 - may_miss(counter) <= counter.maps["CALLS"].total(number) < 110_000
        before = counter.maps["beyond"].total()
        counter.invoke("count", 0, 512)
        counter.invoke("count", 0, 511)
        assert counter.maps["beyond"].total() - before == 1
        assert counter.maps["CALLS"].total(511) == 1
