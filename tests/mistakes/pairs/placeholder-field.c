/* kind: placeholder  line: 3  also: none  says: {pid} is a placeholder */
int hook(void *ctx)
{
	return bpf_get_current_pid_tgid() >> 32 == {pid};
}
