/* kind: type-name  line: 3  also: none  says: uint32_t */
int hook(void *ctx)
{
	unit32_t pid = 1;
	return pid;
}
