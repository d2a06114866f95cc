/* attach: hook=syscalls:sys_enter_unlink */
int hook(void *ctx)
{
	return 0;
}
