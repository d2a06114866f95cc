/* kind: context  line: 7  also: none  says: bpf_probe_read_kernel(&copy, sizeof(copy), pointer) */
int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	char *p = (char *)ctx;
	p += 16;
	u64 first = *(volatile u64 *)p;
	p += bpf_get_prandom_u32() & 8;
	return first + *(volatile u64 *)p;
}
