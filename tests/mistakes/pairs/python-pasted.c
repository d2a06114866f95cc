/* kind: python  line: 1  also: none  says: Copy only the C */
from bcc import BPF

program = """
int hook(void *ctx)
{
	return 0;
}
"""
b = BPF(text=program)
