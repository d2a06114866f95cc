/* kind: bounds  line: 11  also: 13 3  says: Give the size of what you pass: sizeof(e->path). */
#include "path.h"

struct event { int path_len; char path[256]; };
BPF_RINGBUF_OUTPUT(events, 8);

int hook(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(*e));
	if (!e)
		return 0;
	e->path_len = read_path(e->path, 511, ctx->filename);
	events.ringbuf_submit(e, 0);
	return 0;
}
