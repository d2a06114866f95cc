/* kind: dialect  line: 2  also: none  says: BPF_HASH(NAME, KEY, VALUE) */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
} seen;

int hook(void *ctx)
{
	return 0;
}
