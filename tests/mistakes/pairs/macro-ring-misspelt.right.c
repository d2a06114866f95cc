/* kind: unknown-macro */
BPF_RINGBUF_OUTPUT(events, 8);
int hook(void *ctx)
{
	return 0;
}
