#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup/connect4")
int hook(struct bpf_sock_addr *ctx)
{
	return ctx->user_port != 0;
}

char LICENSE[] SEC("license") = "GPL";
