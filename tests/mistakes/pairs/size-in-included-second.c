/* kind: bounds  line: 14  also: 13  says: the memory that to points to: at most 256 bytes */
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
	e->to_len = read_path(to, 1024, ctx->newname);
	events.ringbuf_submit(e, 0);
	return 0;
}
