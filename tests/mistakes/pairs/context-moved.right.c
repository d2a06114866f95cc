/* kind: context */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char *p = (char *)ctx;
	p += 16;
	u64 first = *(volatile u64 *)p;
	p += bpf_get_prandom_u32() & 8;
	u64 copy = 0;
	bpf_probe_read_kernel(&copy, sizeof(copy), p);
	return first + copy;
}
