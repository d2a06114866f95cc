/* kind: library  line: 3  also: none  says: local array */
int hook(void *ctx)
{
	char *copy = malloc(16);
	bpf_get_current_comm(copy, 16);
	return 0;
}
