/* attach: hook=syscalls:sys_enter_read */
int hook(void *ctx)
{
	return 0;
}
