int hook(void *ctx)
{
	return bpf_get_current_pid_tgid() >> 32 == 1;
}
