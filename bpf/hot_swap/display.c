/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

/* Show the event: here, count it. */
int display(void *ctx)
{
	COUNT.atomic_increment(SHOWN);
	return 0;
}
