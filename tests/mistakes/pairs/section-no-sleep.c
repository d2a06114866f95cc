/* kind: section  line: 4  also: none  says: may not sleep */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe.s/do_exit")
int hook(void *ctx)
{
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
