/* kind: library  line: 3  also: none  says: (u32)bpf_get_current_uid_gid() */
int hook(void *ctx)
{
	return getuid();
}
