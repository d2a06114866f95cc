/* kind: argument */
#include <uapi/linux/ptrace.h>

BPF_PERF_OUTPUT(events);

int hook(struct pt_regs *ctx, void *skb)
{
	u64 n = 0;

	bpf_probe_read_kernel(&n, sizeof(n), skb);

	events.perf_submit(ctx, &n, sizeof(n));
	return 0;
}
