/* kind: context  line: 1  also: none  says: SEC("cgroup/connect4") */
int hook(struct bpf_sock_addr *ctx)
{
	return ctx->user_port != 0;
}
