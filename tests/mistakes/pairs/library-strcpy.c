/* kind: library  line: 4  also: none  says: __builtin_memcpy(to */
int hook(void *ctx)
{
	char word[16];
	strcpy(word, "none");
	return word[1];
}
