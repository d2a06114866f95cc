/* kind: pointer  line: 6  also: 1  says: names is a global variable */
static char names[4][8] = { "one", "two", "three" };

int hook(void *ctx)
{
	u32 i = bpf_get_current_pid_tgid() & 3;
	return names[i][0];
}
