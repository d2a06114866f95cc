/* kind: bounds  line: 6  also: 3  says: if (i >= 16) return 0; */
int hook(struct tracepoint__syscalls__sys_exit_read *ctx)
{
	char comm[16] = {};
	u32 i = bpf_get_prandom_u32();
	bpf_get_current_comm(&comm, sizeof(comm));
	return comm[i];
}
