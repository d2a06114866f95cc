/* kind: structure  line: 8  also: none  says: Let the function return an int */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");

static __noinline void proto(struct __sk_buff *skb)
{
	if (load_byte(skb, 23) == 17)
		bpf_printk("udp");
}

SEC("socket")
int look(struct __sk_buff *skb)
{
	proto(skb);
	return 0;
}
char LICENSE[] SEC("license") = "GPL";
