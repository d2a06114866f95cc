/* kind: context */
#include <uapi/linux/ptrace.h>

int hook(struct pt_regs *ctx)
{
	u64 value = 0;

	if (ctx->ip == 4096) {
		value = ctx->si;
	} else if (ctx->ip == 8192) {
		u64 one = 0;
		bpf_probe_read_kernel(&one, sizeof(one), &ctx->bp);
		value = one;
	}
	return value != 0;
}
