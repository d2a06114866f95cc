/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("socket")
int counted(void *ctx)
{
	__u32 rounds = 0;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < ROUNDS; i++) {
		rounds++;
		barrier_var(rounds); /* or the compiler would do the sum */
	}
	return rounds;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
