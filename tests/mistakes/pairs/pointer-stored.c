/* kind: pointer  line: 10  also: none  says: read from a map */
struct node { struct node *next; u32 pid; };
BPF_HASH(nodes, u32, struct node);

int hook(void *ctx)
{
	u32 key = bpf_get_current_pid_tgid() >> 32;
	struct node *n = nodes.lookup(&key);
	if (!n)
		return 0;
	return n->next->pid;
}
