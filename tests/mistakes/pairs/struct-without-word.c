/* kind: type-name  line: 6  also: none  says: Write struct point. */
struct point {
	int x;
};
int hook(void *ctx)
{
	point p = {};
	return p.x;
}
