/* kind: computed-goto  line: 3  also: none  says: Write a switch. */
int hook(void *ctx)
{
	void *to[] = { &&one, &&two };
	goto *to[bpf_get_prandom_u32() & 1];
	one:
	return 1;
	two:
	return 2;
}
