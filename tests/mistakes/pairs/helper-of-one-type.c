/* kind: helper-type  line: 8  also: none  says: syscall */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
static const char name[] = "jiffies";
SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	__u64 where = 0;
	bpf_kallsyms_lookup_name(name, sizeof(name), 0, &where);
	return where != 0;
}
char LICENSE[] SEC("license") = "GPL";
