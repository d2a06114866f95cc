/* kind: address */
BPF_HASH(starts, u64, u64);
int hook(void *ctx)
{
	u64 value = bpf_get_current_pid_tgid();
	return starts.lookup(&value) != 0;
}
