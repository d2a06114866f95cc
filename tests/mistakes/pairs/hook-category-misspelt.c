/* kind: no-tracepoint  line: none  also: none  says: Did you mean sched:sched_process_exit  attach: hook=shed:sched_process_exit */
int hook(void *ctx)
{
	return 0;
}
