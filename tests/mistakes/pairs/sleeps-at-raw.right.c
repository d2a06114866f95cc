/* kind: not-sleepable */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("raw_tp/sched_switch")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
