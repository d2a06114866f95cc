/* attach: hook=net:netif_receive_skb */
int hook(void *ctx)
{
	return 0;
}
