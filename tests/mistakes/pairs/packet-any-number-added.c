/* kind: pointer-arithmetic  line: 14  also: none  says: o->size is added to a pointer, and may be any number */
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
	void *next = data + o->size;
	if (next + sizeof(*o) > end)
		return 0;
	o = next;
	return o->kind;
}
char LICENSE[] SEC("license") = "GPL";
