/* kind: undeclared  line: 5  also: none  says: Give send a parameter */
struct event { u32 x; };
BPF_PERF_OUTPUT(events);
static void send(struct event *e)
{
	events.perf_submit(ctx, e, sizeof(*e));
}
int hook(void *ctx)
{
	struct event e = {};
	send(&e);
	return 0;
}
