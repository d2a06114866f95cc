/* kind: include-order  line: 1  also: 2  says: above this line */
#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
