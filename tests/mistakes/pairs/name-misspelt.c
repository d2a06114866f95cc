/* kind: undeclared  line: 4  also: 3  says: Did you mean calls? */
int hook(void *ctx)
{
	u32 calls = 3;
	return cals;
}
