/* kind: empty  line: 3  also: none  says: Address 0 is read or written */
int hook(void *ctx)
{
	*(int *)0 = 1;
	return 0;
}
