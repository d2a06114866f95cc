#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, char[512]); } paths SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	__u32 zero = 0, pos = 0;
	char *path = bpf_map_lookup_elem(&paths, &zero);
	if (!path)
		return 0;
	struct task_struct *t = (void *)bpf_get_current_task();
	struct dentry *d = BPF_CORE_READ(t, fs, pwd.dentry);
	for (int i = 0; i < 20; i++) {
		__u32 length = BPF_CORE_READ(d, d_name.len);
		pos += bpf_probe_read_kernel_str(path + (pos & 255), (length & (512 - 1)) & 255, BPF_CORE_READ(d, d_name.name));
		d = BPF_CORE_READ(d, d_parent);
	}
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
