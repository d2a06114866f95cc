/* kind: no-include */
#include <linux/errno.h>
int hook(void *ctx)
{
	return EPERM;
}
