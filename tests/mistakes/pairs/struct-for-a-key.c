/* kind: type  line: 9  also: none  says: Declare a variable of struct name */
struct name {
	char comm[16];
};
BPF_HASH(calls, struct name, u64);
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(comm, sizeof(comm));
	calls.increment(comm);
	return 0;
}
