/* SPDX-License-Identifier: Dual MIT/GPL */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* For clang and libbpf: what BCC puts into each text by itself. */
typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;

/* The fields of syscalls:sys_enter_execve, as the file format in tracefs has them. */
struct sys_enter_execve {
	u64 common;
	long nr;
	const char *filename;
	const char *const *argv;
	const char *const *envp;
};

/* BPF_ARRAY(name, u64, 1) and name.atomic_increment(0): a map that counts. */
#define COUNTER(name) \
	struct { \
		__uint(type, BPF_MAP_TYPE_ARRAY); \
		__uint(max_entries, 1); \
		__type(key, int); \
		__type(value, u64); \
	} name SEC(".maps")

static __always_inline void count(void *counter)
{
	int zero = 0;
	u64 *number = bpf_map_lookup_elem(counter, &zero);

	if (number)
		__sync_fetch_and_add(number, 1);
}

char LICENSE[] SEC("license") = "Dual MIT/GPL";
