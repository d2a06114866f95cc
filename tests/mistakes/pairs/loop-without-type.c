/* kind: undeclared  line: 4  also: none  says: for (int i = 0; …) */
int hook(void *ctx)
{
	u32 sum = 0;
	for (i = 0; i < 4; i++)
		sum += i;
	return sum;
}
