/* SPDX-License-Identifier: Dual MIT/GPL */

/* One hash, with a flag or without: -DFLAG=BPF_F_RDONLY. */
#ifndef FLAG
#define FLAG 0
#endif

BPF_F_TABLE("hash", u32, u64, table, 4, FLAG);

/* Write, whether the key is there or not. */
int update(void *ctx)
{
	u32 key = 7;
	u64 value = 1;

	return table.update(&key, &value);
}

/* Write only if it is not. */
int insert(void *ctx)
{
	u32 key = 7;
	u64 value = 2;

	return table.insert(&key, &value);
}
