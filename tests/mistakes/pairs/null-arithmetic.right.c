/* kind: null-check */
struct name { u64 pad; char comm[16]; };
BPF_HASH(names, u32, struct name);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	struct name *n = names.lookup(&key);
	if (!n)
		return 0;
	bpf_get_current_comm(n->comm, sizeof(n->comm));
	return 0;
}
