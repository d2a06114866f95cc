/* kind: unknown-helper */
int hook(void *ctx)
{
	return bpf_get_smp_processor_id();
}
