/* kind: type */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point a = {}, b = {};
	a.x = bpf_get_prandom_u32();
	return a.x == b.x;
}
