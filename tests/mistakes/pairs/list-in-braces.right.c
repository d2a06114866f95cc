/* kind: syntax */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point p;
	p = (struct point){ 3 };
	return p.x;
}
