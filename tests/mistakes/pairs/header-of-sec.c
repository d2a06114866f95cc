/* kind: unknown-macro  line: 2  also: none  says: #include <bpf/bpf_helpers.h> */
#include <linux/bpf.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
