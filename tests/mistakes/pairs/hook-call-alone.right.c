/* attach: hook=syscalls:sys_enter_unlinkat */
int hook(void *ctx)
{
	return 0;
}
