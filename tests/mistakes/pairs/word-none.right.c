/* kind: undeclared */
int hook(void *ctx)
{
	return ctx == NULL;
}
