/* kind: type */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point p = {};
	return p.x;
}
