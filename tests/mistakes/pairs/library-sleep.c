/* kind: library  line: 3  also: none  says: cannot wait */
int hook(void *ctx)
{
	sleep(1);
	return 0;
}
