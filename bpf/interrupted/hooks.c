/* SPDX-License-Identifier: Dual MIT/GPL */
#include <asm/unistd.h>
#include "common.h"

BPF_PERCPU_ARRAY(BUF, struct halves, 1);

struct any_call { /* an event of raw_syscalls:sys_enter begins so */
	u64 common;
	long id;
};

static __always_inline int in_buffer(u32 me)
{
	int zero = 0;
	struct halves *h = BUF.lookup(&zero);

	if (h && takes(me))
		fill(h, me);
	return 0;
}

/* For each kind of hook two programs that do the same: number 1 and number 2. */
int raw_1(struct bpf_raw_tracepoint_args *ctx) { return in_buffer(1); }
int raw_2(struct bpf_raw_tracepoint_args *ctx) { return in_buffer(2); }

int perf_1(void *ctx) { return in_buffer(1); }
int perf_2(void *ctx) { return in_buffer(2); }

int kprobe_1(struct pt_regs *ctx) { return in_buffer(1); }
int kprobe_2(struct pt_regs *ctx) { return in_buffer(2); }

/* These hooks are reached by every system call, so the programs choose one. */
int raw_call_1(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == __NR_getppid ? in_buffer(1) : 0;
}

int raw_call_2(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == __NR_getppid ? in_buffer(2) : 0;
}

int perf_call_1(struct any_call *ctx) { return ctx->id == __NR_getppid ? in_buffer(1) : 0; }
int perf_call_2(struct any_call *ctx) { return ctx->id == __NR_getppid ? in_buffer(2) : 0; }
