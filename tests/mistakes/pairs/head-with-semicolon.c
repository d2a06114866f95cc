/* kind: syntax  line: 1  also: none  says: Remove the semicolon */
int hook(void *ctx);
{
	return 0;
}
