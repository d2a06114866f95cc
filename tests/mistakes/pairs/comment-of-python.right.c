/* kind: syntax */
// counts
int hook(void *ctx)
{
	return 0;
}
