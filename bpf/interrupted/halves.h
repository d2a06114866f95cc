/* SPDX-License-Identifier: Dual MIT/GPL */

/* Memory for one event, which is filled in two steps. */
struct halves {
	__u64 first;
	__u64 second;
	__u64 busy;
};

#define COST 4 /* in the place of program 1 or 2: one run of the hundred that are timed */

/* Return the ns of a hundred runs. */
#define TIMED(run) \
	__u64 began = bpf_ktime_get_ns(); \
	for (int i = 0; i < 100; i++) \
		run; \
	return bpf_ktime_get_ns() - began
