/* SPDX-License-Identifier: Dual MIT/GPL */
/* Show each command that this machine executes, and each that it fails to execute. */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "execwatch.h"
#include "execwatch.skel.h"

#define MOST_PATHS 1024
#define BATCH 256 /* rows, after which it looks for signals and for the time */

static const char USAGE[] =
	"usage: execwatch [--help] [--exclude FILE] [--failures] [--seconds N] [--ring-pages N]\n";
static struct {
	const char *exclude; /* a file with the paths to leave out */
	bool failures;
	double seconds;
	long ring_pages;
} given = { .seconds = INFINITY, .ring_pages = 64 };
static volatile sig_atomic_t ended, hung_up;
static __u64 started, shown, unread, batch;

static void on_signal(int number)
{
	if (number == SIGHUP)
		hung_up = 1;
	else
		ended = 1;
}

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t); /* the clock of bpf_ktime_get_ns() */
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static int say(const char *what, const char *why)
{
	fprintf(stderr, "execwatch: %s%s%s\n", what, why ? ": " : "", why ?: "");
	return 1;
}

/* No byte of a name may act on a terminal, or end a column. */
static void put(const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i]; i++)
		printf(text[i] > 0x20 && text[i] < 0x7f && text[i] != '\\' ? "%c" : "\\x%02x",
		       (unsigned char)text[i]);
}

/* Print one record of the ring; it has path_len bytes of the path, PATH_SIZE at most. */
static int show(void *unused, void *record, size_t size)
{
	const struct event *e = record;
	const char *error = strerrorname_np(-e->ret);

	printf("%llu\t%u\t%u\t", (e->ended - started) / 1000000, e->pid, e->uid);
	printf(error && e->ret ? "%s\t" : "%.0s%d\t", error, e->ret);
	printf(e->began ? "%llu\t" : "-\t", (e->ended - e->began) / 1000);
	put(e->began ? e->comm : "-", sizeof(e->comm));
	putchar('\t');
	if (e->path_len > 0)
		put(e->path, size - offsetof(struct event, path));
	else
		fputs("\\?", stdout);
	fputs(e->path_len > PATH_SIZE ? "\\...\n" : "\n", stdout);
	return ++batch < BATCH ? 0 : -1; /* -1: poll returns now, and goes on here the next time */
}

/* Write what was printed since the last time; say whether somebody still reads. */
static bool flush(void)
{
	bool written = !fflush(stdout);

	*(written ? &shown : &unread) += batch;
	batch = 0;
	return written;
}

/* Read the paths of a file into a new map; return its descriptor, or -1 after a message. */
static int read_list(const char *name)
{
	int map = bpf_map_create(BPF_MAP_TYPE_HASH, "list", PATH_SIZE, 1, MOST_PATHS, NULL);
	FILE *file = fopen(name, "r");
	char *line = NULL, text[64], path[PATH_SIZE];
	size_t room = 0, number = 0, paths = 0;
	const char *wrong = NULL;
	ssize_t len;

	while (file && map >= 0 && !wrong && (len = getline(&line, &room, file)) >= 0) {
		number++;
		len -= len && line[len - 1] == '\n';
		if (!len || *line == '#')
			continue;
		if (len >= PATH_SIZE) {
			fprintf(stderr, "execwatch: %s:%zu: longer than %d bytes\n", name, number,
				PATH_SIZE - 1);
			wrong = "";
			continue;
		}
		memset(path, 0, sizeof(path)); /* the program pads its key with zeros, too */
		memcpy(path, line, len);
		if (!bpf_map_update_elem(map, path, "", BPF_NOEXIST))
			paths++;
		else if (errno == E2BIG)
			wrong = "more than 1024 paths";
		else if (errno != EEXIST)
			wrong = strerror(errno);
	}
	if (!wrong && (!file || ferror(file) || map < 0))
		wrong = strerror(errno);
	snprintf(text, sizeof(text), "%zu paths", paths);
	if (!wrong || *wrong)
		say(name, wrong ?: text);
	if (file)
		fclose(file);
	free(line);
	if (wrong && map >= 0)
		close(map);
	return wrong ? -1 : map;
}

/* Put the new list into the slot of the old one. A program that runs has one of the two. */
static int replace_list(struct execwatch *tool, int list)
{
	__u32 slot = 0;
	int error = bpf_map__update_elem(tool->maps.EXCLUDED, &slot, sizeof(slot), &list,
					 sizeof(list), BPF_ANY);

	close(list); /* the slot keeps the map */
	return error;
}

/* How often the kernel did not start a program, since one was running on this CPU. (Before Linux
 * 6.7 it does not count this at tp/.) */
static __u64 missed(struct execwatch *tool)
{
	struct bpf_program *program;
	__u64 sum = 0;

	bpf_object__for_each_program(program, tool->obj) {
		struct bpf_prog_info info = {};
		__u32 size = sizeof(info);

		if (!bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			sum += info.recursion_misses;
	}
	return sum;
}

static void watch(struct execwatch *tool, struct ring_buffer *ring)
{
	double left;
	int list;

	printf("TIME_MS\tPID\tUID\tRET\tUS\tCOMM\tPATH\n");
	while (flush() && !ended && (left = given.seconds - (now() - started) / 1e9) > 0) {
		if (hung_up) {
			hung_up = 0;
			if ((list = read_list(given.exclude)) >= 0)
				replace_list(tool, list);
		}
		ring_buffer__poll(ring, left < 0.1 ? left * 1000 + 1 : 100);
	}
	execwatch__detach(tool);
}

/* Print the rest of the ring and the last line; return the exit status. */
static int account(struct execwatch *tool, struct ring_buffer *ring)
{
	struct execwatch__bss *n = tool->bss;
	long long unaccounted;
	__u64 skipped, skips;

	for (int tries = 0; tries < 10; tries++) {
		while (ring_buffer__consume(ring) < 0)
			flush();
		flush();
		skipped = n->skipped + unread; /* unread: stdout was closed before */
		unaccounted = n->seen - shown - n->excluded - skipped - n->dropped;
		if (!unaccounted)
			break;
		usleep(10000); /* a program that was running at the detach may still be on its way */
	}
	skips = missed(tool);
	fprintf(stderr, "seen %llu, shown %llu, excluded %llu, skipped %llu, dropped %llu, "
		"unaccounted %lld, missed %llu\n", n->seen, shown, n->excluded, skipped,
		n->dropped, unaccounted, skips);
	return n->dropped || unaccounted || skips ? 3 : 0;
}

static int refused(const char *what, int error)
{
	return say(error == -EPERM ? "no right to load programs; start it as root, or with CAP_BPF "
				     "and CAP_PERFMON" : what,
		   error == -EPERM ? NULL : strerror(-error));
}

static int run(struct execwatch *tool)
{
	struct ring_buffer *ring;
	int error, list = -1, status;

	tool->rodata->only_failures = given.failures;
	tool->rodata->has_list = given.exclude;
	bpf_map__set_max_entries(tool->maps.EVENTS, given.ring_pages * getpagesize());
	error = execwatch__load(tool);
	if (error)
		return refused("the kernel does not load the programs", error);
	if (given.exclude &&
	    ((list = read_list(given.exclude)) < 0 || replace_list(tool, list)))
		return 1;
	ring = ring_buffer__new(bpf_map__fd(tool->maps.EVENTS), show, NULL, NULL);
	started = now();
	error = ring ? execwatch__attach(tool) : -errno;
	if (error == -EACCES || error == -ENOENT)
		return say("/sys/kernel/tracing has no tracepoints, "
			   "or this user may not read it", NULL);
	if (error)
		return refused("the programs cannot be attached", error);
	watch(tool, ring);
	status = account(tool, ring);
	ring_buffer__free(ring);
	return status;
}

static int wrong(const char *option, const char *why)
{
	fprintf(stderr, "%sexecwatch: %s: %s\n", USAGE, option, why);
	return 2;
}

/* Read the arguments into given; return 0, or a status to end with, or -1 to end with 0. */
static int arguments(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "exclude", required_argument, NULL, 'e' },
		{ "failures", no_argument, NULL, 'f' },
		{ "seconds", required_argument, NULL, 's' },
		{ "ring-pages", required_argument, NULL, 'r' },
		{}
	};
	int option;
	char *end;

	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		end = "";
		if (option == 'h')
			return fputs(USAGE, stdout), -1;
		else if (option == 'e')
			given.exclude = optarg;
		else if (option == 'f')
			given.failures = true;
		else if (option == 's')
			given.seconds = strtod(optarg, &end);
		else if (option == 'r')
			given.ring_pages = strtol(optarg, &end, 10);
		else if (option == ':')
			return wrong(argv[optind - 1], "expected one argument");
		else
			return wrong("unrecognized arguments", argv[optind - 1]);
		if (option == 's' && (*end || !(given.seconds > 0) || isinf(given.seconds)))
			return wrong("--seconds", "not a number above 0");
		if (option == 'r' && (*end || given.ring_pages < 1 ||
				      given.ring_pages & (given.ring_pages - 1)))
			return wrong("--ring-pages", "not a power of two");
	}
	return optind < argc ? wrong("unrecognized arguments", argv[optind]) : 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct execwatch *tool;
	int status = arguments(argc, argv);

	if (status)
		return status < 0 ? 0 : status;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (given.exclude)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a closed stdout ends it in order */
	libbpf_set_print(NULL);
	tool = execwatch__open();
	status = tool ? run(tool) : refused("the object cannot be opened", -errno);
	execwatch__destroy(tool); /* unloads what is loaded; the kernel does so after a kill, too */
	return status;
}
