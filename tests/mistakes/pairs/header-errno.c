/* kind: no-include  line: 1  also: none  says: Write <linux/errno.h> */
#include <errno.h>
int hook(void *ctx)
{
	return EPERM;
}
