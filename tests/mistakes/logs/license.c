#define BPF_LICENSE Proprietary

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	bpf_trace_printk("hello");
	return 0;
}
