/* kind: type  line: 3  also: none  says: void * */
BPF_ARRAY(calls, u64, 1);

static int count(void what)
{
	calls.atomic_increment(0);
	return what != 0;
}

int hook(void *ctx)
{
	return count(ctx);
}
