/* kind: unknown-macro  line: 5  also: none  says: #include <bpf/bpf_core_read.h> and #include <bpf/bpf_tracing.h> */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("ksyscall/execve")
int BPF_KPROBE_SYSCALL(hook, const char *path)
{
	char c = 0;

	bpf_probe_read_user(&c, 1, path);
	return c;
}

char LICENSE[] SEC("license") = "GPL";
