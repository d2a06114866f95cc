/* kind: argument  line: 9  also: none  says: events.perf_submit(ctx, &event, sizeof(event)); */
#include <uapi/linux/ptrace.h>

BPF_PERF_OUTPUT(events);

int hook(struct pt_regs *ctx, void *skb)
{
	u64 n = 1;

	events.perf_submit_skb(skb, 64, &n, sizeof(n));
	return 0;
}
