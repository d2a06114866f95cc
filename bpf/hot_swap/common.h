/* SPDX-License-Identifier: Dual MIT/GPL */

enum slot { FILTER, DISPLAY };
enum count { SEEN, VERSION_1, VERSION_2, FELL_THROUGH, NOT_ONCE, FILTERED, SHOWN, COUNTS };

BPF_PROG_ARRAY(JUMP_TABLE, 2);
BPF_HASH(OWN, u32, u8, 64);
BPF_HASH(WATCHED, u32, u8, 64);
BPF_PERCPU_ARRAY(COUNT, u64, COUNTS);
BPF_PERCPU_ARRAY(TAKEN, u64, 1);

/* Whoever takes the event counts it, and leaves a mark for the next event of this CPU. */
static __always_inline void take(u32 who)
{
	int zero = 0;
	u64 *taken = TAKEN.lookup(&zero);

	COUNT.atomic_increment(who);
	if (taken)
		*taken += 1;
}
