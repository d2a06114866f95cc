/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "occupy.h"

static char room[600];
static __u32 runs;

SEC("socket")
int entry(struct __sk_buff *skb)
{
	occupy(room);
	return ++runs;
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
