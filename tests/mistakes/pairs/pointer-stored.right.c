/* kind: pointer */
struct node { struct node *next; u32 pid; };
BPF_HASH(nodes, u32, struct node);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	struct node *n = nodes.lookup(&key);
	if (!n)
		return 0;
	u32 copy = 0;
	bpf_probe_read_kernel(&copy, sizeof(copy), &n->next->pid);
	return copy;
}
