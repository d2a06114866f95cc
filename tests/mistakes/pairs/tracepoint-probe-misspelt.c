/* kind: no-tracepoint  line: 1  also: none  says: TRACEPOINT_PROBE(syscalls, sys_enter_openat) */
TRACEPOINT_PROBE(syscalls, sys_enter_opena)
{
	return 0;
}
