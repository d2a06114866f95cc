/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Read a path of the traced process into dst. Return its length with the NUL,
 * size + 1 if it is longer, or -errno. bpf_probe_read_user_str() returns size
 * both for a path that just fits and for one that was cut: one more byte tells
 * them apart. If that byte can no longer be read, the path counts as cut.
 * For an empty path older kernels (6.1) return 0 in place of 1.
 */
static __always_inline int read_path(char *dst, int size, const char *path)
{
	char next = 0;
	int len = bpf_probe_read_user_str(dst, size, path);

	if (len == size && bpf_probe_read_user(&next, 1, path + size - 1))
		next = 1;
	return next ? size + 1 : len ? len : 1;
}

/*
 * Was all of the path read? Nothing else may be looked up: a cut path is the
 * beginning of many, and one that could not be read is all zeros.
 */
static __always_inline int is_whole(int len, int size)
{
	return len > 0 && len <= size;
}
