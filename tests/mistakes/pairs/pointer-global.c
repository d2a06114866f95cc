/* kind: pointer  line: 5  also: 1  says: BPF_ARRAY(name, u64, 1) */
static u64 counter;

int hook(void *ctx)
{
	counter++;
	return 0;
}
