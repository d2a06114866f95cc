/* kind: not-sleepable */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_switch")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
