/* kind: type-name */
#include <stdbool.h>
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	bool known = bpf_get_prandom_u32() & 1;
	return known;
}
