/* kind: section  line: 4  also: none  says: in no section  or: loads */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
