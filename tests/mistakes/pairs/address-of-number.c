/* kind: address  line: 4  also: none  says: u64 value = */
BPF_HASH(starts, u64, u64);
int hook(void *ctx)
{
	return starts.lookup(&bpf_get_current_pid_tgid()) != 0;
}
