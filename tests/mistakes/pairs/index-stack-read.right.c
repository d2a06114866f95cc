/* kind: bounds */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char comm[16] = {};
	u64 i = bpf_get_prandom_u32();
	bpf_get_current_comm(&comm, sizeof(comm));
	if (i >= 16)
		return 0;
	return comm[i];
}
