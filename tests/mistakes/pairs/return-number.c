/* kind: return-value  line: 8  also: none  says: It must return 0 or 1 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup/connect4")
int hook(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == 1)
		return 5;
	return 1;
}
char LICENSE[] SEC("license") = "GPL";
