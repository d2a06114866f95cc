/* kind: syntax */
#define SIZE 16
int hook(void *ctx)
{
	char name[SIZE];
	bpf_get_current_comm(name, sizeof(name));
	return name[1];
}
