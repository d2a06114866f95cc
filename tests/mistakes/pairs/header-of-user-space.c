/* kind: no-include  line: 3  also: none  says: Leave it out */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/libbpf.h>
SEC("tracepoint/sched/sched_switch")
int hook(void *ctx)
{
	return 0;
}
