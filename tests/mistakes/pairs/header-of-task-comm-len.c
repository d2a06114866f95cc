/* kind: undeclared  line: 3  also: none  says: #include <linux/sched.h> */
int hook(void *ctx)
{
	char comm[TASK_COMM_LEN];
	bpf_get_current_comm(comm, sizeof(comm));
	return comm[1];
}
