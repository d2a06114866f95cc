/* kind: no-hook  line: 4  also: none  says: Did you mean */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("tp_btf/sched_process_exti")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
