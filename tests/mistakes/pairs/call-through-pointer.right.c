static int first(void) { return 1; }
static int second(void) { return 2; }

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	if (bpf_get_smp_processor_id() & 1)
		return second();
	return first();
}
