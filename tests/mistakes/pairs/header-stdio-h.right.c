/* kind: no-include */
int hook(void *ctx)
{
	bool known = true;
	uint32_t x = 3;
	return known + x;
}
