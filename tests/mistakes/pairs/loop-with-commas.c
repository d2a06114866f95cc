/* kind: syntax  line: 4  also: none  says: for (int i = 0; i < 10; i++) */
int hook(void *ctx)
{
	u32 sum = 0;
	for (int i = 0, i < 10, i++)
		sum += i;
	return sum;
}
