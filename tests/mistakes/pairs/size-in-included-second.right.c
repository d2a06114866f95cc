/* kind: bounds */
#include "path.h"

struct event { int from_len; int to_len; char from[128]; char to[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_rename *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	char *to = e->to;

	e->from_len = read_path(e->from, sizeof(e->from), ctx->oldname);
	e->to_len = read_path(to, 256, ctx->newname);
	events.ringbuf_submit(e, 0);
	return 0;
}
