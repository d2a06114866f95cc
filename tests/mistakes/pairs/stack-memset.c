/* kind: stack  line: 6  also: none  says: 512 bytes of stack */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	char page[4096];
	__builtin_memset(page, 0, sizeof(page));
	bpf_get_current_comm(page, sizeof(page));
	return page[1];
}
char LICENSE[] SEC("license") = "GPL";
