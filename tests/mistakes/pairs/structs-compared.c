/* kind: type  line: 8  also: none  says: Compare the fields */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point a = {}, b = {};
	a.x = bpf_get_prandom_u32();
	return a == b;
}
