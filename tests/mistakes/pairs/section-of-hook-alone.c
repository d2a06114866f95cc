/* kind: section  line: 4  also: none  says: Write SEC("tp/sched/sched_process_exit") */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("sched/sched_process_exit")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
