/* kind: syntax  line: 3  also: none  says: Write =. */
int hook(void *ctx)
{
	u32 pid := 3;
	return pid;
}
