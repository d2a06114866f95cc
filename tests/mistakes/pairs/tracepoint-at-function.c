/* kind: attach  line: none  also: none  says: vfs_unlink is a function of the kernel  attach: hook=vfs_unlink */
int hook(void *ctx)
{
	return 0;
}
