"""The specification of exercise 13-2 leaves open how it is met."""

import pytest

from bpflab.exercises.check import check
from tests.course.solutions import fenced, solutions

pytestmark = pytest.mark.usefixtures("nothing_left")

ENDS = """
static __always_inline int over(u64 key, int ret)
{
	struct event *e = CALLS.lookup(&key);

	seen.atomic_increment(0);
	if (!e) {
		dropped.atomic_increment(0);
		return 0;
	}
	e->duration_ns = bpf_ktime_get_ns() - e->ktime_ns;
	e->ret = ret;
	if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	CALLS.delete(&key);
	return 0;
}

int succeeded(struct tracepoint__sched__sched_process_exec *ctx)
{
	return over(bpf_get_current_pid_tgid() >> 32 << 32 | (u32)ctx->old_pid, 0);
}

int left(struct tracepoint__syscalls__sys_exit_execve *ctx)
{
	return ctx->ret < 0 ? over(bpf_get_current_pid_tgid(), ctx->ret) : 0;
}
"""


def test_a_success_may_be_reported_where_the_tool_does_it():
    """At sched_process_exec, with the thread as the key: the lesson shows the tool before."""
    begins = fenced(solutions()["13-2"])[1].partition("int left(")[0]
    for old, new in (
        ("u32, struct event, CALLS", "u64, struct event, CALLS"),
        ("u32 zero = 0, pid = bpf_get", "u32 zero = 0;\n\tu64 pid = bpf_get"),
        ("bpf_get_current_pid_tgid() >> 32;", "bpf_get_current_pid_tgid();"),
        ("e->pid = pid;", "e->pid = pid >> 32;"),
    ):
        assert old in begins
        begins = begins.replace(old, new)

    verdict = check("13-2", begins + ENDS)
    assert verdict.passed, verdict.text


def test_nothing_that_is_asked_for_is_nothing_that_is_met():
    """A program that does nothing has a row for each clause, and most are not met."""
    hook = "int hook(struct tracepoint__syscalls__sys_enter_execve *ctx) { return 0; }"
    verdict = check("13-2", hook)

    assert not verdict.passed
    assert "0 of 7 clauses are met." in verdict.text and verdict.text.count("✗") == 1 + 7
