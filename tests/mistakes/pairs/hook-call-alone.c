/* kind: no-tracepoint  line: none  also: none  says: syscalls:sys_enter_unlinkat  attach: hook=unlinkat */
int hook(void *ctx)
{
	return 0;
}
