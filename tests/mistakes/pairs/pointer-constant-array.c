/* kind: pointer  line: 6  says: Declare the array empty  type: raw_tracepoint */
int letter(struct bpf_raw_tracepoint_args *ctx)
{
	char name[8] = "abc";
	u32 i = ctx->args[0];

	return i < sizeof(name) ? name[i] : 0;
}
