/* kind: pointer */
int letter(struct bpf_raw_tracepoint_args *ctx)
{
	char name[8] = {};
	u32 i = ctx->args[0];

	name[0] = 'a';
	name[1] = 'b';
	name[2] = 'c';
	return i < sizeof(name) ? name[i] : 0;
}
