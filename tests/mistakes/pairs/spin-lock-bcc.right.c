/* kind: spin-lock */
struct value { u64 n; };
BPF_HASH(seen, u32, struct value);

int hook(void *ctx)
{
	u32 k = 1;
	struct value *v = seen.lookup(&k);
	if (!v)
		return 0;
	__sync_fetch_and_add(&v->n, 1);
	return 0;
}
