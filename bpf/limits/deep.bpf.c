/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* One write, DEPTH bytes below the top of the stack, which the compiler does not see. */
SEC("socket")
int deep(void *ctx)
{
	asm volatile("r1 = 0; *(u64 *)(r10 - %0) = r1" : : "i"(DEPTH) : "r1");
	return 0;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
