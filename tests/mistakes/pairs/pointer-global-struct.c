/* kind: pointer  line: 7  also: 2  says: can be a #define */
struct config { int limit; };
static struct config config = { .limit = 3 };

int hook(void *ctx)
{
	volatile struct config *c = &config;
	return c->limit;
}
