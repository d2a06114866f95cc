/* kind: type */
struct name {
	char comm[16];
};
BPF_HASH(calls, struct name, u64);
int hook(void *ctx)
{
	struct name key = {};
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	calls.increment(key);
	return 0;
}
