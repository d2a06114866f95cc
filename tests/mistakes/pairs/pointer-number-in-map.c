/* kind: pointer  line: 9  also: none  says: read from a map */
BPF_HASH(kept, u32, u64);

int hook(void *ctx)
{
	u32 k = 1;
	u64 *p = kept.lookup(&k);
	if (!p)
		return 0;
	return *(volatile int *)*p;
}
