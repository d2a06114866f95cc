/* kind: warning  line: 7  says: no u8 can be 300 */
BPF_HASH(counts, u32, u64);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	u32 key = 0;
	u8 cpu = bpf_get_smp_processor_id();
	if (cpu == 300)
		counts.increment(key);
	return 0;
}
