"""What the kernel skipped, as the accounting has it, against what was really made."""

import contextlib
import os

import pytest

from bpflab import load, standby, syscalls
from bpflab.bindings import perfevent
from tests.kernel.release import RELEASE, interrupted

pytestmark = pytest.mark.usefixtures("nothing_left")

probes = pytest.mark.skipif(
    not perfevent.KPROBES.exists(), reason="this kernel was built without kprobes"
)

TIMES = 300  # a process gives itself a name, so often: a system call that few others make
NAMING = f"for _ in range({TIMES}): libc.prctl(15, b'busy', 0, 0, 0)"
SETUP = "import ctypes; libc = ctypes.CDLL(None)"

WHOSE = """
BPF_HASH(ours, u32, u8, 2);
BPF_ARRAY(others, u64, 1);

/* Whether this is a call of one of our processes; any other that comes to the hook is counted. */
static __always_inline int is_ours(u64 nr)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;

	if (nr == NR && ours.lookup(&pid))
		return 1;
	if (nr == NR || EVERY)
		others.atomic_increment(0);
	return 0;
}
"""
# A long run is interrupted where that can be; a line for the trace fires a hook in its middle.
PROGRAM = f"""{WHOSE}
struct event {{ u64 ktime_ns; }};
BPF_RINGBUF_OUTPUT(events, 16);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

static __always_inline int run(u64 nr)
{{
	struct event e = {{}};

	if (!is_ours(nr))
		return 0;
	seen.atomic_increment(0);
	e.ktime_ns = bpf_ktime_get_ns();
	if (PRINT)
		bpf_trace_printk("half way");
	for (int i = 0; i < TURNS; i++)
		bpf_ktime_get_ns();
	if (events.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP))
		dropped.atomic_increment(0);
	return 0;
}}

int raw_call(struct bpf_raw_tracepoint_args *ctx) {{ return run(ctx->args[1]); }}
int raw(struct bpf_raw_tracepoint_args *ctx) {{ return run(NR); }}
int perf(void *ctx) {{ return run(NR); }}
#ifdef KPROBES
int kprobe(struct pt_regs *ctx) {{ return run(NR); }}
#endif
"""
# Short, and at other hooks: perf-attached there, it is neither interrupted nor skipped.
WITNESS = f"""{WHOSE}
BPF_ARRAY(seen, u64, 1);
BPF_HASH(written, u64, u64, 1);

static __always_inline int count(u64 nr)
{{
	if (!is_ours(nr))
		return 0;
	seen.atomic_increment(0);
	if (WRITE)
		written.update(&nr, &nr);
	return 0;
}}

int all_calls(struct tracepoint__raw_syscalls__sys_enter *ctx) {{ return count(ctx->id); }}
int named(void *ctx) {{ return count(NR); }}
int line(struct bpf_raw_tracepoint_args *ctx) {{ return count(NR); }}
"""
ALL, NAMED, LINE = "raw_syscalls:sys_enter", "task:task_rename", "bpf_trace_printk"
PRCTL = "syscalls:sys_enter_prctl"


class Balance:
    """What two processes on one CPU made, as a witness saw it, and what the program saw of it.

    Attributes:
        made: events of our processes, as the witness counted them.
        lost: those of them that the program did not see.
        others: other processes' events that the program did not see; at most, since the witness is
            attached first and detached last. Both count them at the same event.
        ledger: the program's accounting.
    """

    def __init__(self, at, witness, processes=2, **defines):
        common = {"NR": syscalls.number("prctl")}
        kprobes = {"KPROBES": 1} if perfevent.KPROBES.exists() else {}
        common["EVERY"] = int(any(hook == "sys_enter" for _, hook in at))  # each system call is one
        given = {"PRINT": 0, "TURNS": 0, **common, **kprobes, **defines}
        write = given.pop("WRITE", 0)
        with (
            load("program", text=PROGRAM, defines=given) as program,
            load("witness", text=WITNESS, defines={**common, "WRITE": write}) as w,
        ):
            self._run(program, at, w, witness, processes)
            self.ledger = program.events.ledger()
            assert self.ledger["missed"] == program.missed
            self.made = w.maps["seen"].total()
            self.others = w.maps["others"].total() - program.maps["others"].total()
        self.lost = self.made - self.ledger["produced"]
        assert self.ledger["unaccounted"] == self.ledger["dropped"] == 0
        assert self.ledger["produced"] == self.ledger["shown"]

    def _run(self, program, at, w, witness, processes):
        """Let the processes make their calls while both are attached."""
        cpu = min(os.sched_getaffinity(0))
        with contextlib.ExitStack() as held:
            all = [held.enter_context(standby(NAMING, SETUP, cpu=cpu)) for _ in range(processes)]
            pids = [one.pid for one in all]
            for maps in (program.maps, w.maps):
                maps["ours"].fill(pids)
            for one, hooks in ((w, witness), (program, at)):
                for function, hook in hooks:
                    one.attach(**{function: hook})
                held.callback(one.detach)
            for process in all:
                process.start()
            for process in all:
                process.wait()

    def holds(self):
        """Whether each event that was made was seen or is counted as skipped, and no other is.

        The kernel counts what it skipped of all processes. So this is exact where others do not
        come to the same hook.
        """
        return self.lost <= self.ledger["missed"] <= self.lost + self.others


HOOKS = {  # how the program is attached, the witness beside it, what of its kind is interrupted
    "raw sys_enter": (("raw_call", "sys_enter"), ("all_calls", ALL), "system call"),
    PRCTL: (("perf", PRCTL), ("all_calls", ALL), "system call"),
    "raw task_rename": (("raw", "task_rename"), ("named", NAMED), "raw tracepoint"),
    NAMED: (("perf", NAMED), ("named", NAMED), ""),
    "kprobe": (("kprobe", "__set_task_comm"), ("named", NAMED), ""),
}


@pytest.mark.parametrize("hook", [*list(HOOKS)[:-1], pytest.param("kprobe", marks=probes)])
def test_what_is_seen_and_what_is_missed_is_what_was_made(hook):
    """Two processes make 300 calls each: where a program is interrupted, some are skipped.

    An emulator that runs one CPU after the other lets a process end before the next one begins,
    now and then: so they are made up to five times until one is interrupted.
    """
    at, witness, kind = HOOKS[hook]
    for _ in range(5 if interrupted(kind) else 1):
        found = Balance([at], [witness], TURNS=4000)
        assert found.made == 2 * TIMES
        assert found.holds()
        if found.lost:
            break
    if interrupted(kind):
        assert found.lost > 0
    elif not kind or RELEASE < (7, 0):
        assert (found.lost, found.ledger["missed"]) == (0, 0)


NESTED = {  # the program prints a line at the first hook, and is at the line's own hook too
    "raw": (("raw", "task_rename"), ("raw", LINE), True),
    PRCTL: (("perf", PRCTL), ("perf", f"bpf_trace:{LINE}"), False),
    NAMED: (("perf", NAMED), ("perf", f"bpf_trace:{LINE}"), False),
}


@pytest.mark.parametrize("hook", NESTED)
def test_a_run_inside_itself_is_missed_or_nobody_counts_it(hook):
    """One process's program reaches its second hook in its own run; perf stops that by itself."""
    *at, counted = NESTED[hook]
    found = Balance(at, [("named", NAMED), ("line", LINE)], 1, PRINT=1)

    # From Linux 7.2 on it runs inside itself there, and prints once more.
    inside = hook == PRCTL and interrupted("system call")
    assert found.made == (3 if inside else 2) * TIMES
    assert found.lost == TIMES
    if counted:
        assert found.holds()
    else:  # neither the program nor the kernel knows: the accounting cannot show it
        assert found.ledger["missed"] == 0


@probes
def test_a_kprobe_in_the_middle_of_another_program_is_missed():
    """Perf-attached programs keep each other out; Linux 6.12 and later count that at a kprobe."""
    at = ("kprobe", "htab_map_update_elem")  # which the witness reaches by a helper
    found = Balance([at], [("named", NAMED)], 1, WRITE=1)

    assert found.made == found.lost == TIMES
    assert RELEASE < (6, 12) or found.ledger["missed"] == TIMES
