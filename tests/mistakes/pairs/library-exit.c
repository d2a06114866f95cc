/* kind: library  line: 4  also: none  says: return 0; */
int hook(void *ctx)
{
	if (!ctx)
		exit(1);
	return 1;
}
