/* kind: return-value  line: 7  also: none  says: !!n */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("cgroup/connect4")
int hook(struct bpf_sock_addr *ctx)
{
	return bpf_get_prandom_u32();
}
char LICENSE[] SEC("license") = "GPL";
