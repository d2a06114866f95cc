/* kind: context  line: 5  also: 4  says: struct bpf_raw_tracepoint_args *ctx */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <linux/ptrace.h>
SEC("raw_tp/sys_enter")
int hook(struct pt_regs *ctx)
{
	return ctx->rdi == 3;
}

char LICENSE[] SEC("license") = "GPL";
