/* kind: unknown-helper  line: 3  also: none  says: Did you mean bpf_get_smp_processor_id? */
int hook(void *ctx)
{
	return bpf_get_smp_proccessor_id();
}
