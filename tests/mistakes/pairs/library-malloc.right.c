/* kind: library */
int hook(void *ctx)
{
	char copy[16];
	bpf_get_current_comm(copy, 16);
	return 0;
}
