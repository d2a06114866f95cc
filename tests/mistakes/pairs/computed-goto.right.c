/* kind: computed-goto */
int hook(void *ctx)
{
	switch (bpf_get_prandom_u32() & 1) {
	case 0:
		return 1;
	default:
		return 2;
	}
}
