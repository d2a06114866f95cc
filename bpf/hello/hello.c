/* SPDX-License-Identifier: Dual MIT/GPL */

int hello(void *ctx)
{
	bpf_trace_printk("Hello World!");
	return 0;
}
