/* kind: library */
int hook(void *ctx)
{
	char word[16];
	__builtin_memset(word, 0, sizeof(word));
	return word[1];
}
