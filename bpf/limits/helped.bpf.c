/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static long count(__u32 i, __u32 *rounds)
{
	*rounds += 1;
	return 0;
}

SEC("socket")
int helped(void *ctx)
{
	__u32 rounds = 0;

	bpf_loop(ROUNDS, count, &rounds, 0);
	return rounds;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
