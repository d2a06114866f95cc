/* SPDX-License-Identifier: Dual MIT/GPL */

/* The same question asked twice: is this path excluded? A list and a hash. */
#ifndef ENTRIES
#define ENTRIES 10
#endif

struct path {
	char path[512];
};

BPF_PERCPU_ARRAY(BUF, struct path, 1);
BPF_ARRAY(list, struct path, ENTRIES);
BPF_HASH(hash, struct path, u8, ENTRIES);

int nothing(void *ctx)
{
	int zero = 0;

	return BUF.lookup(&zero) ? 1 : 0;
}

int by_hash(void *ctx)
{
	int zero = 0;
	struct path *p = BUF.lookup(&zero);

	return p && hash.lookup(p) ? 1 : 0;
}

int by_list(void *ctx)
{
	int zero = 0;
	struct path *p = BUF.lookup(&zero);
	u64 *asked = (u64 *)p;

	if (!p)
		return 0;
	for (int i = 0; i < ENTRIES; i++) {
		int at = i;
		u64 *entry = (u64 *)list.lookup(&at);
		u64 different = 0;

		if (!entry)
			return 0;
		for (int w = 0; w < 64; w++)
			different |= entry[w] ^ asked[w];
		if (!different)
			return 1;
	}
	return 0;
}
