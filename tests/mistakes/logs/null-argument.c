struct big {
	char bytes[64];
};
BPF_HASH(room, int, struct big);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct big *p = room.lookup(&zero);

	bpf_probe_read_user_str(p->bytes, sizeof(p->bytes), ctx->filename);
	return 0;
}
