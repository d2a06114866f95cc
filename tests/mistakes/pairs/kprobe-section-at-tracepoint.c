/* kind: attach  line: none  also: none  says: SEC("tp/sched/sched_process_fork")  attach: hook=sched:sched_process_fork */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("kprobe/do_unlinkat")
int hook(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
