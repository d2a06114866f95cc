/* SPDX-License-Identifier: Dual MIT/GPL */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "execwatch.h"

const volatile bool only_failures; /* set before the load, constant ever after */
const volatile bool has_list;
__u64 seen, skipped, excluded, dropped; /* global variables: the reader reads them in .bss */

struct list {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__uint(key_size, PATH_SIZE);
	__uint(value_size, 1);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct list);
} EXCLUDED SEC(".maps"); /* the reader replaces the whole list */

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 4096);
} EVENTS SEC(".maps");

/* Of each thread that is in the middle of a call: memory of its own. */
struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct event);
} CALLS SEC(".maps");

static struct event *call_of(struct task_struct *task)
{
	return bpf_task_storage_get(&CALLS, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static int entered(unsigned long path)
{
	struct event *e = call_of(bpf_get_current_task_btf());

	if (e) {
		e->began = bpf_ktime_get_ns();
		e->asked = path;
		bpf_get_current_comm(e->comm, sizeof(e->comm));
	}
	return 0;
}

/* Whole paths only: a cut one is the beginning of many. */
static bool is_excluded(struct event *e, int len)
{
	__u32 zero = 0;
	void *list;

	if (!has_list || len <= 0 || len > PATH_SIZE)
		return false;
	list = bpf_map_lookup_elem(&EXCLUDED, &zero);
	return list && bpf_map_lookup_elem(list, e->path);
}

/* Return the length with the NUL, more than PATH_SIZE if it is longer, or -errno. */
static int read_path(char *to, const char *path, bool in_kernel)
{
	char next = 0;
	int len = in_kernel ? bpf_probe_read_kernel_str(to, PATH_SIZE, path)
			    : bpf_probe_read_user_str(to, PATH_SIZE, path);

	if (len == PATH_SIZE) { /* it just fits, or it was cut: the next byte says which */
		if (in_kernel)
			bpf_probe_read_kernel(&next, 1, path + PATH_SIZE - 1);
		else if (bpf_probe_read_user(&next, 1, path + PATH_SIZE - 1))
			next = 1;
	}
	return next ? PATH_SIZE + 1 : len ? len : 1; /* Linux 6.1: 0 for an empty path */
}

static void send(struct event *e, int len)
{
	__u64 stored = (__u32)len;

	barrier_var(stored); /* what is compared is what is used: clang shall make no copy */
	if (stored > PATH_SIZE) /* cut; or below 0, with nothing in it */
		stored = PATH_SIZE;
	e->ended = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->uid = bpf_get_current_uid_gid();
	e->path_len = len;
	if (bpf_ringbuf_output(&EVENTS, e, offsetof(struct event, path) + stored, 0))
		__sync_fetch_and_add(&dropped, 1);
}

/* Report a call that is over. Its path is in the kernel, or NULL: then the caller has it. */
static void report(struct task_struct *task, int ret, const char *path)
{
	struct event *e = only_failures && !ret ? NULL : call_of(task);
	int len;

	__sync_fetch_and_add(&seen, 1);
	if (only_failures && !ret) {
		__sync_fetch_and_add(&skipped, 1);
	} else if (!e) {
		__sync_fetch_and_add(&dropped, 1);
	} else {
		e->ret = ret;
		__builtin_memset(e->path, 0, PATH_SIZE);
		len = read_path(e->path, path ?: (void *)e->asked, path);
		if (is_excluded(e, len))
			__sync_fetch_and_add(&excluded, 1);
		else
			send(e, len);
	}
	bpf_task_storage_delete(&CALLS, task);
}

SEC("tp/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
	return entered(ctx->args[0]);
}

SEC("tp/syscalls/sys_enter_execveat")
int enter_execveat(struct trace_event_raw_sys_enter *ctx)
{
	return entered(ctx->args[1]);
}

/* A success: the kernel has executed the file, and knows its path. */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(executed, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm)
{
	report(task, 0, bprm->filename);
	return 0;
}

static int returned(long ret)
{
	if (ret < 0)
		report(bpf_get_current_task_btf(), ret, NULL);
	else /* reported above, or a mere question (AT_EXECVE_CHECK) */
		bpf_task_storage_delete(&CALLS, bpf_get_current_task_btf());
	return 0;
}

SEC("tp/syscalls/sys_exit_execve")
int exit_execve(struct trace_event_raw_sys_exit *ctx)
{
	return returned(ctx->ret);
}

SEC("tp/syscalls/sys_exit_execveat")
int exit_execveat(struct trace_event_raw_sys_exit *ctx)
{
	return returned(ctx->ret);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
