/* kind: address  line: 8  also: none  says: e.failed is a bit-field */
struct event { u32 pid; u32 failed : 1; };
BPF_HASH(seen, u32, u32);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event e = {};
	e.pid = bpf_get_current_pid_tgid() >> 32;
	seen.update(&e.pid, &e.failed);
	return 0;
}
