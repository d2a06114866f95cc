/* kind: no-symbol  line: 4  also: none  says: add __weak */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

extern int CONFIG_NO_SUCH_THING __kconfig;

SEC("tp/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	return CONFIG_NO_SUCH_THING;
}

char LICENSE[] SEC("license") = "GPL";
