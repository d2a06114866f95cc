/* kind: loop */
int hook(void *ctx)
{
	volatile int n = 0;
	for (int i = 0; i < 64; i++)
		n++;
	return 0;
}
