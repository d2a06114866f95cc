/* SPDX-License-Identifier: Dual MIT/GPL */

/*
 * Read a path of the traced process into dst. Return its length with the
 * NUL, size + 1 if there was more than fits, or -errno if it could not be
 * read. bpf_probe_read_user_str() alone returns size for both a path that
 * just fits and one that was cut: one more byte tells them apart.
 */
static __always_inline int read_path(char *dst, int size, const char *path)
{
	char next = 0;
	int len = bpf_probe_read_user_str(dst, size, path);

	if (len == size)
		bpf_probe_read_user(&next, 1, path + size - 1);
	return next ? size + 1 : len;
}
