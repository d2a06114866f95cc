/* kind: library  line: 3  also: none  says: is a function of the kernel */
int hook(void *ctx)
{
	return vfs_statfs(0, 0);
}
