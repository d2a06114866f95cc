/* SPDX-License-Identifier: Dual MIT/GPL */

struct event {
	u32 pid;
	u32 uid;
	char comm[16];
	char message[12];
};

BPF_RINGBUF_OUTPUT(events, 1);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(dropped, u64, 1);

int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	struct event *e = events.ringbuf_reserve(sizeof(struct event));

	seen.atomic_increment(0);
	if (!e) {
		dropped.atomic_increment(0);
		return 0;
	}
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	__builtin_memcpy(e->message, "hello world", sizeof(e->message));
	events.ringbuf_submit(e, 0);
	return 0;
}
