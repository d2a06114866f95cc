/* kind: region */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;

SEC("iter.s/task")
int hook(void *ctx)
{
	char path[64];

	bpf_copy_from_user(path, sizeof(path), (void *)1234);
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return path[0] & 1;
}
char LICENSE[] SEC("license") = "GPL";
