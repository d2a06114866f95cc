/* kind: unknown-macro  line: 5  also: none  says: #include <bpf/bpf_tracing.h> */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
SEC("kprobe/do_unlinkat")
int BPF_KPROBE(hook, int dfd)
{
	return dfd;
}
