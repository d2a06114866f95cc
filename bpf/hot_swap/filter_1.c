/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

/* Version 1 lets every event through. */
int filter_1(void *ctx)
{
	take(VERSION_1);
	JUMP_TABLE.call(ctx, DISPLAY);
	return 0;
}
