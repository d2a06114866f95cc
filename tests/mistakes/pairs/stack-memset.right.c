/* kind: stack */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct page {
	char text[4096];
};
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct page);
} pages SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int hook(void *ctx)
{
	__u32 zero = 0;
	struct page *page = bpf_map_lookup_elem(&pages, &zero);
	if (!page)
		return 0;
	bpf_get_current_comm(page->text, sizeof(page->text));
	return page->text[1];
}
char LICENSE[] SEC("license") = "GPL";
