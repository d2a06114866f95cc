/* kind: attach  line: none  also: none  says: reads beyond the end of this event  attach: hook=syscalls:sys_enter_close */
struct big {
	u64 words[12];
};

int hook(struct big *ctx)
{
	return ctx->words[11] != 0;
}
