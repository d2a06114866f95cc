/* kind: type-name  line: 3  also: none  says: char array */
int hook(void *ctx)
{
	String word = "none";
	return word[1];
}
