/* kind: bounds  line: 25  also: 17  says: all->e[*index] is not known to be within its array */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct slot { __u64 runs; };
struct all { struct slot e[64]; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct all); } data SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u32); } which SEC(".maps");

static struct slot *find(__u32 key)
{
	__u32 zero = 0, *index = bpf_map_lookup_elem(&which, &key);
	if (!index)
		return 0;
	struct all *all = bpf_map_lookup_elem(&data, &zero);
	if (!all)
		return 0;
	return &all->e[*index];
}

SEC("tracepoint/syscalls/sys_enter_execve")
int hook(void *ctx)
{
	struct slot *s = find(bpf_get_current_pid_tgid() >> 32);
	if (s)
		s->runs++;
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
