/* kind: null-check  line: 16  says: A pointer that may be NULL is used */
struct event {
	u32 pid;
};
BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_HASH(LIST, u32, u8, 10);
BPF_ARRAY_OF_MAPS(LISTS, "LIST", 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (!e)
		return 0;
	e->pid = bpf_get_current_pid_tgid() >> 32;
	if (bpf_map_lookup_elem(LISTS.lookup(&zero), &e->pid))
		return 0;
	bpf_trace_printk("%d", e->pid);
	return 0;
}
