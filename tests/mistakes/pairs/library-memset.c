/* kind: library  line: 4  also: none  says: __builtin_memset */
int hook(void *ctx)
{
	char word[16];
	memset(word, 0, sizeof(word));
	return word[1];
}
