/* kind: no-include  line: 1  also: none  says: Leave it out */
#include <string.h>
int hook(void *ctx)
{
	bool known = true;
	uint32_t x = 3;
	return known + x;
}
