/* SPDX-License-Identifier: Dual MIT/GPL */
#include "path.h"

/* Of enum count the tool's COUNTS has the names. */
enum count { SEEN, EXCLUDED, SKIPPED, DROPPED, COUNTS };

struct path {
	char text[512];
};

/* A call that is under way. */
struct call {
	u64 entered_ns;     /* 0 where the entry was not seen */
	const char *caller; /* the path in the caller's memory: it is read when the call is over */
	s32 path_len;
	char comm[16];
	struct path path;
};

/* A call that is over. The tool has the same as Row. */
struct row {
	u64 ended_ns, entered_ns;
	u32 pid, uid;
	s32 ret, path_len;
	char comm[16];
	struct path path;
};

BPF_TABLE("lru_hash", u64, struct call, CALLS, 4096);
BPF_ARRAY(NOTHING, struct call, 1); /* zeros: what a call begins with */
BPF_HASH(LIST_0, struct path, u8, LIST_LENGTH);
BPF_HASH(LIST_1, struct path, u8, LIST_LENGTH);
BPF_ARRAY(ACTIVE, u32, 1); /* which of the two lists counts */
BPF_ARRAY(COUNT, u64, COUNTS);
BPF_RINGBUF_OUTPUT(rows, RING_PAGES);

/* Begin a note of a call. It belongs to one thread, so no other program writes to it meanwhile. */
static __always_inline struct call *begin(u64 key)
{
	int zero = 0;
	struct call *nothing = NOTHING.lookup(&zero);

	if (nothing)
		CALLS.update(&key, nothing);
	return CALLS.lookup(&key);
}
