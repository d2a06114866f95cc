/* kind: structure  line: 7  also: none  says: Call each function by its name */
static int first(void) { return 1; }
static int second(void) { return 2; }

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int (*all[])(void) = {first, second};
	return all[bpf_get_smp_processor_id() & 1]();
}
