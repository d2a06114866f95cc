/* What a ring buffer's reader costs in C: libbpf's callback, touching one field of each record.
 *
 * reader FD ...: reads the ring behind FD every 2 ms from the first line on standard input to its end,
 * then what is left; prints the records and the CPU time in ns.
 */
#include <bpf/libbpf.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static uint64_t count;
static volatile uint64_t sum;

static int on_record(void *context, void *data, size_t size)
{
	count++;
	sum += *(uint64_t *)data;
	return 0;
}

static uint64_t cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

int main(int argc, char **argv)
{
	struct ring_buffer *ring = argc < 2 ? NULL : ring_buffer__new(atoi(argv[1]), on_record, NULL, NULL);
	struct pollfd input = { .fd = 0, .events = POLLIN };
	char line;

	if (!ring)
		return 1;
	puts("ready");
	fflush(stdout);
	if (read(0, &line, 1) != 1)
		return 1;
	uint64_t began = cpu_ns();
	while (!poll(&input, 1, 2)) /* readable at its end */
		ring_buffer__consume(ring);
	ring_buffer__consume(ring);
	printf("%lu %lu\n", count, cpu_ns() - began);
	return 0;
}
