/* SPDX-License-Identifier: Dual MIT/GPL */
/* What both sides know: the program in the kernel, and the reader. */

#define PATH_SIZE 512

struct event {
	__u64 began, ended;	/* in ns; began is 0 where the entry was not seen */
	__u64 asked;		/* where the caller's path is, in its memory */
	__u32 pid, uid;
	__s32 ret;
	__s32 path_len;		/* with the NUL; more than PATH_SIZE: cut; below 0: -errno */
	char comm[16];		/* at the entry */
	char path[PATH_SIZE];	/* the ring has path_len bytes of it */
};
