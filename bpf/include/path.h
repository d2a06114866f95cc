/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Read a path of the traced process into dst. Return its length with the NUL,
 * size + 1 if it is longer, or -errno. bpf_probe_read_user_str() returns size
 * both for a path that just fits and for one that was cut: one more byte tells
 * them apart. For an empty path older kernels (6.1) return 0 in place of 1.
 */
static __always_inline int read_path(char *dst, int size, const char *path)
{
	char next = 0;
	int len = bpf_probe_read_user_str(dst, size, path);

	if (len == size)
		bpf_probe_read_user(&next, 1, path + size - 1);
	return next ? size + 1 : len ? len : 1;
}
