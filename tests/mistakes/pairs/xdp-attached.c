/* kind: attach  line: none  also: none  says: a network interface  attach: hook=eth0 */
int hook(struct xdp_md *ctx)
{
	return XDP_PASS;
}
