/* SPDX-License-Identifier: Dual MIT/GPL */

/* One map, of whatever type: -DKIND='"hash"'. */
#ifndef KIND
#define KIND "array"
#endif
#ifndef SIZE
#define SIZE 4
#endif

BPF_TABLE(KIND, u32, u64, table, SIZE);

int nothing(void *ctx)
{
	return 0;
}

int count(void *ctx)
{
	u32 key = 1;
	u64 *value = table.lookup(&key);

	if (value)
		*value += 1;
	return value != 0;
}
