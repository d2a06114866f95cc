/* kind: type  line: 3  also: none  says: u32 pid = 0;  or: loads */
int hook(void *ctx)
{
	u32 pid = {};
	return pid;
}
