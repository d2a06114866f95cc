/* kind: undeclared */
int hook(void *ctx)
{
	u32 calls = 3;
	return calls;
}
