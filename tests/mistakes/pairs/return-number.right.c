/* kind: return-value */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup/connect4")
int hook(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == 1)
		return 1;
	return 1;
}
char LICENSE[] SEC("license") = "GPL";
