/* kind: syntax  line: 5  also: none  says: braces around the case  or: loads */
int hook(void *ctx)
{
	switch (bpf_get_prandom_u32()) {
	case 1:
		int x = 3;
		return x;
	}
	return 0;
}
