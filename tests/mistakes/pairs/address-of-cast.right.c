/* kind: address */
#include <uapi/linux/ptrace.h>

BPF_HASH(start, u64, u64);

int hook(struct pt_regs *ctx)
{
	u64 value = (u64)ctx->di;
	u64 now = bpf_ktime_get_ns();

	start.update(&value, &now);
	return 0;
}
