/* kind: library */
int hook(void *ctx)
{
	return (u32)bpf_get_current_uid_gid();
}
