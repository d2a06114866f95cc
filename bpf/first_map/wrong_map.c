/* SPDX-License-Identifier: Dual MIT/GPL */

/* 512 entries of one byte each: a lookup gives a pointer to one of them. */
BPF_PERCPU_ARRAY(BUF, u8, 512);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	u8 *buf = BUF.lookup(&zero);

	if (!buf)
		return 0;
	bpf_probe_read_user_str(buf, 512, ctx->filename);
	return 0;
}
