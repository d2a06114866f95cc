/* kind: pointer */
struct config { int limit; };
#define LIMIT 3

int hook(void *ctx)
{
	return LIMIT;
}
