/* SPDX-License-Identifier: Dual MIT/GPL */
#include "common.h"

int display(void *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);

	if (!e)
		return 0;
	say(e, DEBUG, DISPLAY, ENTERED);
	say(e, INFO, DISPLAY, SHOWN);
	return 0;
}
