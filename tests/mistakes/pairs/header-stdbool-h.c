/* kind: no-include  line: 1  also: none  says: bool, true and false are there */
#include <stdbool.h>
int hook(void *ctx)
{
	bool known = true;
	uint32_t x = 3;
	return known + x;
}
