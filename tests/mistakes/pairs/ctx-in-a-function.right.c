/* kind: undeclared */
struct event { u32 x; };
BPF_PERF_OUTPUT(events);
static void send(void *ctx, struct event *e)
{
	events.perf_submit(ctx, e, sizeof(*e));
}
int hook(void *ctx)
{
	struct event e = {};
	send(ctx, &e);
	return 0;
}
