/* kind: syntax */
int hook(void *ctx)
{
	u32 sum = 0;
	for (int i = 0; i < 10; i++)
		sum += i;
	return sum;
}
