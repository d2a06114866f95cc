/* kind: dialect  line: 9  also: 1  says: Leave this line out */
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	seen.increment(1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
