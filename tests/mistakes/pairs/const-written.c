/* kind: read-only  line: 9  also: none  says: without const */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const int limits[2] = {1, 2};

SEC("tp/sched/sched_switch")
int hook(void *ctx)
{
	*(volatile int *)&limits[0] = 3;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
