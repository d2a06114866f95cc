/* kind: unknown-macro  line: 1  also: none  says: BPF_RINGBUF_OUTPUT */
BPF_RINGBUFFER_OUTPUT(events, 8);
int hook(void *ctx)
{
	return 0;
}
