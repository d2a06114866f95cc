/* kind: null-check  line: 9  also: 6 7  says: if (!count) return 0; */
BPF_HASH(counts, u32, u64);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	u64 *count = counts.lookup(&key);
	if (count)
		bpf_trace_printk("known");
	*count += 1;
	return 0;
}
