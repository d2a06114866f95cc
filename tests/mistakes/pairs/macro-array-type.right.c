/* kind: array-type */
struct name { char bytes[16]; };
BPF_HASH(calls, struct name, u64);
int hook(void *ctx)
{
	return 0;
}
