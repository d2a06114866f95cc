/* kind: empty */
int hook(void *ctx)
{
	int value;
	*(volatile int *)&value = 1;
	return 0;
}
