/* SPDX-License-Identifier: Dual MIT/GPL */

/* What it costs to clear 512 bytes, and what their declaration has to do with it. */
struct event {
	u64 when;
	char path[512];
};

struct loose {
	char path[512];
};

BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_PERCPU_ARRAY(LOOSE, struct loose, 1);

int kept(void *ctx)
{
	int zero = 0;

	return BUF.lookup(&zero) ? 1 : 0;
}

int cleared(void *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (e)
		__builtin_memset(e->path, 0, sizeof(e->path));
	return 0;
}

int cleared_loose(void *ctx)
{
	int zero = 0;
	struct loose *l = LOOSE.lookup(&zero);

	if (l)
		__builtin_memset(l->path, 0, sizeof(l->path));
	return 0;
}
