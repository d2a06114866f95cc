/* kind: section  line: 4  also: none  says: SEC("tp_btf/sched_switch") */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
