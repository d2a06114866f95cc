/* kind: map  line: 1  also: none  says: size greater than 0 */
BPF_HASH(
	seen,
	u32,
	u64,
	0);

int hook(void *ctx)
{
	return 0;
}
