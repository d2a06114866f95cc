/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "occupy.h"
#define SLOTS 1
#include "jump_table.h"

#ifndef SECTION
#define SECTION "socket"
#endif
#ifndef CALLED
#define CALLED 8
#endif

static __noinline int called(void *ctx)
{
	char own[CALLED] = {};

	occupy(own);
#ifdef TAIL_CALL_IN_CALLED
	bpf_tail_call(ctx, &JUMP_TABLE, 0);
#endif
	return own[0];
}

SEC(SECTION)
int entry(void *ctx)
{
	char own[CALLER] = {};
	int answer;

	occupy(own);
	answer = called(ctx);
#ifdef TAIL_CALL_IN_ENTRY
	bpf_tail_call(ctx, &JUMP_TABLE, 0);
#endif
	return answer + own[0];
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
