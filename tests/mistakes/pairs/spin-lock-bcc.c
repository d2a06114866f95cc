/* kind: spin-lock  line: 10  also: none  says: __sync_fetch_and_add */
struct value { struct bpf_spin_lock lock; u64 n; };
BPF_HASH(seen, u32, struct value);

int hook(void *ctx)
{
	u32 k = 1;
	struct value *v = seen.lookup(&k);
	if (!v)
		return 0;
	bpf_spin_lock(&v->lock);
	v->n++;
	bpf_spin_unlock(&v->lock);
	return 0;
}
