/* kind: not-sleepable  line: 4  also: none  says: leave out .s */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf.s/sched_switch")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
