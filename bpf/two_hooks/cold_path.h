/* SPDX-License-Identifier: Dual MIT/GPL */

/* Where the kernel has no such function, as Linux 6.1, its address is 0. */
extern int bpf_copy_from_user_str(void *to, __u32 size, const void *from, __u64 flags) __ksym __weak;

/* Read one byte: the kernel waits until the page that it is on is in memory. */
static int bring_in(const char *page)
{
	char byte;

	return bpf_copy_from_user(&byte, 1, page);
}

/* The same with an older helper. A path of a page or less is on two pages at most. */
static int read_in_steps(char *to, int size, const char *path)
{
	int len;

	bring_in(path);
	len = bpf_probe_read_user_str(to, size, path);
	if (len < 0 && !bring_in((const char *)((__u64)path | 4095) + 1))
		len = bpf_probe_read_user_str(to, size, path);
	return len;
}

/* Return the length of the path with its NUL, size + 1 if it is longer, or -errno. */
static int read_cold_path(char *to, int size, const char *path)
{
	char next = 0;
	int len;

	if (bpf_copy_from_user_str)
		len = bpf_copy_from_user_str(to, size, path, 0);
	else
		len = read_in_steps(to, size, path);
	if (len == size && bpf_copy_from_user(&next, 1, path + size - 1))
		next = 1;
	return next ? size + 1 : len;
}
