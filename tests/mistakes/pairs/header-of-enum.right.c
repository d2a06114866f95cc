/* kind: undeclared */
#include <net/tcp_states.h>
int hook(void *ctx)
{
	return TCP_SYN_SENT;
}
