/* kind: signed-division  line: 7  also: none  says: u64  or: loads */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	int a = bpf_get_prandom_u32();
	return a % 10;
}
