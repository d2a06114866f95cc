/* kind: syntax  line: 7  also: none  says: (struct name){ … } */
struct point {
	int x;
};
int hook(void *ctx)
{
	struct point p;
	p = { 3 };
	return p.x;
}
