/* kind: type  line: 6  also: none  says: Write = {} */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point p = NULL;
	return p.x;
}
