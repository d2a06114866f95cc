/* attach: hook=sched:sched_process_exit */
int hook(void *ctx)
{
	return 0;
}
