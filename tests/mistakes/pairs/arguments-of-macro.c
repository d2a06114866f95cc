/* kind: arguments  line: 1  also: none  says: BPF_PERF_OUTPUT(name) */
BPF_PERF_OUTPUT(events, 8);
int hook(void *ctx)
{
	return 0;
}
