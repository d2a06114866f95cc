/* kind: library */
int hook(void *ctx)
{
	char word[16];
	__builtin_memcpy(word, "none", sizeof("none"));
	return word[1];
}
