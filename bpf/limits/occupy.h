/* SPDX-License-Identifier: Dual MIT/GPL */

/* Tell the compiler that all of a variable is in use, so that it stays on the stack. */
static inline __attribute__((always_inline)) void occupy(char *own)
{
	asm volatile("" : : "r"(own) : "memory");
}
