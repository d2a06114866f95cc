/* kind: syntax */
// counts under C:
int hook(void *ctx)
{
	return 0;
}
