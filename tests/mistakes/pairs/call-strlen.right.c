/* kind: call */
int hook(void *ctx)
{
	char comm[16];
	bpf_get_current_comm(&comm, sizeof(comm));
	char copy[16];
	return bpf_probe_read_kernel_str(copy, sizeof(copy), comm);
}
