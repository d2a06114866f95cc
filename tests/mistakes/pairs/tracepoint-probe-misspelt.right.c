/* kind: no-tracepoint */
TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	return 0;
}
