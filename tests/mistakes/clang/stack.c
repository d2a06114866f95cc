BPF_ARRAY(seen, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char small[16] = {};
	char path[600] = {};

	bpf_probe_read_user_str(path, sizeof(path), ctx->filename);
	bpf_trace_printk("%s %s\n", path, small);
	return 0;
}
