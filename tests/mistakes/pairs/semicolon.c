/* kind: syntax  line: 3  also: none  says: at the end of this line */
int hook(void *ctx)
{
	u32 pid = 1
	return pid;
}
