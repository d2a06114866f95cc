/* kind: no-include  line: 1  also: none  says: u32, u64 and uint32_t are there */
#include <stdint.h>
int hook(void *ctx)
{
	bool known = true;
	uint32_t x = 3;
	return known + x;
}
