/* kind: builtin  line: 4  also: none  says: Write return 0; */
int hook(void *ctx)
{
	if (bpf_get_prandom_u32() & 1)
		__builtin_trap();
	return 1;
}
