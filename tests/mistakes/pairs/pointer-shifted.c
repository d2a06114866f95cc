/* kind: pointer-arithmetic  line: 10  also: 7  says: The operator & is applied to a pointer */
struct page { char b[64]; };
BPF_ARRAY(pages, struct page, 4);

int hook(void *ctx)
{
	int k = 1;
	struct page *p = pages.lookup(&k);
	if (!p)
		return 0;
	char *aligned = (char *)((u64)p & ~7ULL);
	*aligned = 1;
	return 0;
}
