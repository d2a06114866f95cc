/* kind: empty  line: 1  also: none  says: another name */
int exit(void *ctx)
{
	return 0;
}
