/* kind: array-type  line: 1  also: none  says: struct name { char bytes[16]; }; */
BPF_HASH(calls, char[16], u64);
int hook(void *ctx)
{
	return 0;
}
