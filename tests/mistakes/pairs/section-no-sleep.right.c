/* kind: section */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_exit")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
