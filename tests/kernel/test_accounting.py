"""Programs that lose events in different ways, and what the accounting shows of each."""

import gc
import os

import pytest

from bpflab import load

pytestmark = pytest.mark.usefixtures("nothing_left")

HOOK, CALLS = "syscalls:sys_enter_getppid", 200
HEAD = """
struct event { u64 number; u32 pid; };
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);
BPF_ARRAY(calls, u64, 1);
BPF_RINGBUF_OUTPUT(events, PAGES);

int hook(void *ctx)
{
	struct event e = {};
	int zero = 0;
	u64 *number = calls.lookup(&zero);

	e.pid = bpf_get_current_pid_tgid() >> 32;
	if (!number || e.pid != PID)
		return 0;
	e.number = (*number)++;
"""
HONEST = "seen.atomic_increment(0); if (SEND) dropped.atomic_increment(0); return 0; }"
SEND = "events.ringbuf_output(&e, sizeof(e), 0)"


def ledger_of(body: str, pages: int = 8) -> dict[str, int]:
    """Return the ledger of CALLS system calls that this body of a program saw."""
    text = HEAD + body.replace("SEND", SEND)
    with load("accounting", text=text, defines={"PID": os.getpid(), "PAGES": pages}) as program:
        with program.attached(hook=HOOK):
            for _ in range(CALLS):
                os.getppid()
        assert program.maps["calls"].total() == CALLS  # counted apart from what is tested
        return program.events.ledger()


def different(ledger: dict[str, int]) -> dict[str, int]:
    """Return what is not 0."""
    return {name: count for name, count in ledger.items() if count}


def test_an_honest_program_accounts_for_every_call():
    """Counted, sent and read: nothing is unaccounted."""
    assert different(ledger_of(HONEST)) == {"produced": CALLS, "shown": CALLS}


def test_an_honest_program_counts_what_the_full_ring_refused():
    """A page has room for some records; the program counted all the others as dropped."""
    ledger = ledger_of(HONEST, pages=1)
    room = os.sysconf("SC_PAGE_SIZE") // (8 + 16)

    assert room < CALLS or pytest.skip("a page of this machine holds them all")
    assert different(ledger) == {"produced": CALLS, "shown": room, "dropped": CALLS - room}


def test_a_program_that_returns_in_silence_is_found_out():
    """Every odd call is counted and not sent: the accounting says how many are nowhere."""
    ledger = ledger_of("seen.atomic_increment(0); if (e.number & 1) return 0; SEND; return 0; }")

    half = CALLS // 2
    assert different(ledger) == {"produced": CALLS, "shown": half, "unaccounted": half}


def test_a_program_that_ignores_a_full_ring_is_found_out():
    """The ring refuses events, and the program does not count them: they are unaccounted."""
    ledger = ledger_of("seen.atomic_increment(0); SEND; return 0; }", pages=1)

    assert ledger["dropped"] == ledger["waiting"] == 0
    assert ledger["unaccounted"] == CALLS - ledger["shown"] > 0


def test_a_program_that_sends_more_than_it_counts_is_found_out():
    """Events beyond the program's own count are a number below 0."""
    ledger = ledger_of("if (e.number & 1) seen.atomic_increment(0); SEND; return 0; }")

    half = CALLS // 2
    assert different(ledger) == {"produced": half, "shown": CALLS, "unaccounted": -half}


def test_records_that_the_program_took_back_are_counted_by_the_ring():
    """A discarded record is no event and no loss."""
    ledger = ledger_of(
        "seen.atomic_increment(0);"
        "struct event *r = events.ringbuf_reserve(sizeof(*r));"
        "if (!r) { dropped.atomic_increment(0); return 0; }"
        "*r = e;"
        "if (e.number % 4) events.ringbuf_submit(r, 0); else events.ringbuf_discard(r, 0);"
        "return 0; }"
    )
    quarter = CALLS // 4
    assert different(ledger) == {
        "produced": CALLS,
        "shown": CALLS - quarter,
        "discarded": quarter,
    }


def test_the_events_of_others_are_counted_as_such():
    """With `only` the rest is not shown, and each event of it is counted."""
    text = HEAD + HONEST.replace("SEND", SEND)
    with load("accounting", text=text, defines={"PID": os.getpid(), "PAGES": 8}) as program:
        with program.attached(hook=HOOK):
            os.getppid()
        nobody, mine = program.events.ledger(only=[0]), program.events.ledger(only=os.getpid())

    assert different(nobody) == {"produced": 1, "others": 1}
    assert different(mine) == {"produced": 1, "shown": 1}


def test_what_waits_is_what_the_ring_holds():
    """The ring counts the records that nobody has read, before the log takes them."""
    text = HEAD + HONEST.replace("SEND", SEND)
    with load("accounting", text=text, defines={"PID": os.getpid(), "PAGES": 8}) as program:
        ring = program.ring()
        with program.attached(hook=HOOK):
            for _ in range(17):
                os.getppid()
        assert ring.waiting == 17
        assert len(program.events.frame()) == 17
        assert ring.waiting == 0


NESTED = """
struct event { u64 ktime_ns; };
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);
BPF_ARRAY(on, u32, 1);
BPF_RINGBUF_OUTPUT(events, 64);

int hook(void *ctx)
{
	struct event e = {bpf_ktime_get_ns()};
	int zero = 0;
	u32 *now = on.lookup(&zero);

	if (!now || !*now || bpf_get_current_pid_tgid() >> 32 != PID)
		return 0;
	seen.atomic_increment(0);
	bpf_trace_printk("half way");
	if (events.ringbuf_output(&e, sizeof(e), 0))
		dropped.atomic_increment(0);
	return 0;
}
"""


def test_runs_that_the_kernel_skips_are_missed():
    """A program at the tracepoint that it fires itself is not entered again: the kernel counts."""
    with load(
        "nested", text=NESTED, type="raw_tracepoint", defines={"PID": os.getpid()}
    ) as program:
        program.attach(hook="sys_enter")
        program.attach(hook="bpf_trace_printk")
        program.maps["on"][0] = 1
        for _ in range(CALLS):
            os.getppid()
        program.maps["on"][0] = 0
        program.detach()
        ledger = program.events.ledger()
        assert program.missed == ledger["missed"]
    after = program.events.ledger()

    assert program.missed == ledger["missed"]  # of a program that is closed, too
    assert ledger["unaccounted"] == 0
    assert ledger["produced"] == ledger["shown"] >= CALLS
    # Each run that was counted printed once, and so fired the hook at which it was skipped. Where
    # it is interrupted as well, other processes' events are skipped too (test_missed has both).
    assert ledger["missed"] >= ledger["produced"]
    assert after == ledger


def test_a_log_outlives_its_program():
    """It says what the kernel skipped up to then, and asks for no descriptor that is gone."""
    text = """struct event { u64 number; };
    BPF_RINGBUF_OUTPUT(events, 1);
    int hook(void *ctx) { struct event e = {}; return events.ringbuf_output(&e, sizeof(e), 0); }"""
    log = load("accounting", text=text).events
    gc.collect()

    assert log.closed
    assert log.frame().attrs == {"why none": "the program was never attached"}
