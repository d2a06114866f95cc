#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct option { char kind; int size; };

SEC("tc")
int walk(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct option *o = data;
	if ((void *)(o + 1) > end)
		return 0;
	unsigned long size = o->size;
	void *next = data + (size & 63);
	if (next + sizeof(*o) > end)
		return 0;
	o = next;
	return o->kind;
}
char LICENSE[] SEC("license") = "GPL";
