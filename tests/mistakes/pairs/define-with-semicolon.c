/* kind: syntax  line: 1  also: 4  says: Remove the semicolon from the #define */
#define SIZE 16;
int hook(void *ctx)
{
	char name[SIZE];
	bpf_get_current_comm(name, sizeof(name));
	return name[1];
}
