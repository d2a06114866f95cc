/* kind: call  line: 5  also: none  says: bpf_probe_read_kernel_str */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(&comm, sizeof(comm));
	return __builtin_strlen(comm);
}
