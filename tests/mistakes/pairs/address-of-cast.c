/* kind: address  line: 9  also: none  says: u64 value = (u64)ctx->di; and write &value. */
#include <uapi/linux/ptrace.h>

BPF_HASH(start, u64, u64);

int hook(struct pt_regs *ctx)
{
	u64 now = bpf_ktime_get_ns();

	start.update(&((u64)ctx->di), &now);
	return 0;
}
