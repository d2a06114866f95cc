/* kind: arguments */
BPF_PERF_OUTPUT(events);
int hook(void *ctx)
{
	return 0;
}
