/* kind: call  line: 6  also: none  says: bpf_trace_printk */
#include <linux/kernel.h>

int hook(void *ctx)
{
	char text[32];
	snprintf(text, sizeof(text), "%d", 1);
	return 0;
}
