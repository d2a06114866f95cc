#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("raw_tp/sys_enter")
int hook(struct bpf_raw_tracepoint_args *ctx)
{
	return ctx->args[1] == 3;
}

char LICENSE[] SEC("license") = "GPL";
