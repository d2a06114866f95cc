/* kind: type-name */
int hook(void *ctx)
{
	char word[16] = "none";
	return word[1];
}
