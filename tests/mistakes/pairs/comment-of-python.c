/* kind: syntax  line: 1  also: none  says: Write // in front */
# counts
int hook(void *ctx)
{
	return 0;
}
