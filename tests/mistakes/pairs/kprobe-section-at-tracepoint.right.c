#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp/sched/sched_process_fork")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
