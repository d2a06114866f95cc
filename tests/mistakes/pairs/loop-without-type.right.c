/* kind: undeclared */
int hook(void *ctx)
{
	u32 sum = 0;
	for (int i = 0; i < 4; i++)
		sum += i;
	return sum;
}
