/* kind: not-sleepable  line: 4  also: none  says: leave out .s  attach: hook=sched_switch */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("raw_tp.s/sched_switch")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
