/* kind: pointer-arithmetic */
struct page { char b[64]; };
BPF_ARRAY(pages, struct page, 4);

int hook(void *ctx)
{
	int k = 1;
	struct page *p = pages.lookup(&k);
	if (!p)
		return 0;
	p->b[63 & ~7] = 1;
	return 0;
}
