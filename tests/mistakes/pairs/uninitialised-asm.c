/* kind: uninitialised  line: 8  also: none  says: has no value on some path */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp")
int hook(struct xdp_md *ctx)
{
	int n;
	asm volatile("%0 = r3" : "=r"(n));
	return n;
}
char LICENSE[] SEC("license") = "GPL";
