/* SPDX-License-Identifier: Dual MIT/GPL */

/* Print the path, as text: whoever chose it writes a part of the line. */
int hello(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	char path[128] = {};

	bpf_probe_read_user_str(path, sizeof(path), ctx->filename);
	bpf_trace_printk("Hello %s", path);
	return 0;
}
