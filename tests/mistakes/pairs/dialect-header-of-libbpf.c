/* kind: dialect  line: 1  also: none  says: Leave this line out */
#include <bpf/bpf_helpers.h>
BPF_HASH(seen, u32, u64);

int hook(void *ctx)
{
	return 0;
}
