/* kind: map-type  line: 1  also: none  says: Did you mean lru_hash */
BPF_TABLE("lruhash", u32, u64, starts, 64);
int hook(void *ctx)
{
	return 0;
}
