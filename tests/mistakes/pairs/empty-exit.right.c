/* kind: empty */
int leave(void *ctx)
{
	return 0;
}
