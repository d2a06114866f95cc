/* kind: type-name */
int hook(void *ctx)
{
	uint32_t pid = 1;
	return pid;
}
