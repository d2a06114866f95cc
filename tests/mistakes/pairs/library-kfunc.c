/* kind: library  line: 5  also: none  says: BCC has no way to call it */
#include <linux/bpf.h>

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct bpf_key *key = bpf_lookup_user_key(0, 0);
	return 0;
}
