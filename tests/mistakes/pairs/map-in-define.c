/* kind: map-in-macro  line: 6  also: none  says: Make the macro a static function. */
#define KNOWN(key) starts.lookup(key)
BPF_HASH(starts, u32, u64);
int hook(void *ctx)
{
	u32 pid = 1;
	return KNOWN(&pid) != 0;
}
