/* kind: bounds */
struct value { char b[8]; };
BPF_ARRAY(table, struct value, 4);

int hook(void *ctx)
{
	int zero = 0;
	struct value *v = table.lookup(&zero);
	if (!v)
		return 0;
	bpf_probe_read_kernel_str(v, sizeof(*v), ctx);
	return 0;
}
