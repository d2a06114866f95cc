/* kind: library  line: 3  also: none  says: bpf_get_prandom_u32() */
int hook(void *ctx)
{
	return rand() & 1;
}
