/* SPDX-License-Identifier: Dual MIT/GPL */

/* A struct as a value, and as a key. */
struct visit {
	u8 kind;
	u64 bytes;
	u16 port;
};

BPF_HASH(by_number, u32, struct visit, 4);
BPF_HASH(by_visit, struct visit, u32, 4);

int keep(void *ctx)
{
	u32 number = 7;
#ifdef CLEAR
	struct visit v = {};
#else
	struct visit v;
#endif

	v.kind = 1;
	v.bytes = 2;
	v.port = 443;
	by_number.update(&number, &v);
	by_visit.update(&v, &number);
	return 0;
}
