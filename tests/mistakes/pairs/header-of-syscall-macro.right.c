/* kind: unknown-macro */
#include <linux/bpf.h>
#include <linux/ptrace.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

SEC("ksyscall/execve")
int BPF_KPROBE_SYSCALL(hook, const char *path)
{
	char c = 0;

	bpf_probe_read_user(&c, 1, path);
	return c;
}

char LICENSE[] SEC("license") = "GPL";
