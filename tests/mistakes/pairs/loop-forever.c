/* kind: loop  line: 5  also: 4  says: for (int i = 0; i < 64; i++) */
int hook(void *ctx)
{
	volatile int n = 0;
	while (1)
		n++;
	return 0;
}
