/* kind: library  line: 3  also: none  says: bpf_get_current_pid_tgid() >> 32 */
int hook(void *ctx)
{
	return getpid();
}
