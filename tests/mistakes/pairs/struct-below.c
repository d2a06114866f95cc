/* kind: incomplete  line: 3  also: 6  says: above this line */
int hook(void *ctx)
{
	struct point p = {};
	return p.x;
}
struct point {
	int x;
};
