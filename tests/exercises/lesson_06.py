"""Wrong answers to the exercises of lesson 06."""

import struct

from tests.exercises.mutant import Mutant

EMPTY = "struct event e = {};"
SEEN = "\tseen.atomic_increment(0);\n"
DROPPED = "\t\tdropped.atomic_increment(0);\n"
FILTERED = "\t\tfiltered.atomic_increment(0);\n"
WHOLE = "\tif (is_whole(e->path_len, sizeof(e->path)))\n\t\tevents.ringbuf_submit(e, 0);\n"
BACK = "\telse\n\t\tevents.ringbuf_discard(e, 0);\n"
SENT = "\tif (events.ringbuf_output(&e, sizeof(e), 0))\n"

PID = "bpf_get_current_pid_tgid() >> 32"
COPIED = """
#include "path.h"
struct event { u64 ktime_ns; u32 pid; int path_len; char path[512]; };
BPF_PERCPU_ARRAY(BUF, struct event, 1);
BPF_RINGBUF_OUTPUT(events, PAGES);
BPF_ARRAY(seen, u64, 1);
BPF_ARRAY(filtered, u64, 1);
BPF_ARRAY(dropped, u64, 1);
int hook(struct tracepoint__syscalls__sys_enter_execve *ctx)
{
	int zero = 0;
	struct event *e = BUF.lookup(&zero);
	if (!e)
		return 0;
	seen.atomic_increment(0);
	e->ktime_ns = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	e->path_len = read_path(e->path, sizeof(e->path), ctx->filename);
	if (!is_whole(e->path_len, sizeof(e->path)))
		filtered.atomic_increment(0);
	else if (events.ringbuf_output(e, sizeof(*e), 0))
		dropped.atomic_increment(0);
	return 0;
}
"""

SIZE = 4096


def walk(
    data,
    at,
    end,
    first_busy=False,
    with_busy=False,
    with_back=False,
    stride=None,
    size=SIZE,
    stops=False,
):
    """Return the numbers that wait; each keyword is a mistake."""
    numbers, busy = [], False
    while at < end:
        header, _, number = struct.unpack_from("=3I", data, at % size)
        if header >> 31:
            if busy and stops:
                break
            busy = True
            numbers += [number] * with_busy
        elif (busy or first_busy) and (with_back or not header >> 30 & 1):
            numbers.append(number)
        at += stride or -(-(8 + (header & (1 << 30) - 1)) // 8) * 8
    return numbers


def wrong(**mistake):
    """Return the function with a mistake."""
    return lambda data, at, end: walk(data, at, end, **mistake)


MUTANTS = {
    "06-1": [
        Mutant(
            "has other bytes than 0 after the NUL",
            swaps=((EMPTY, 'struct event e = { .message = "hello world" };'),),
        ),
        Mutant("is wrong in uid", swaps=(("\te.uid = bpf_get_current_uid_gid();\n", ""),)),
        Mutant(
            "is wrong in comm",
            swaps=(("\tbpf_get_current_comm(&e.comm, sizeof(e.comm));\n", ""),),
        ),
        Mutant(
            "is wrong in comm",
            swaps=(
                (
                    "bpf_get_current_comm(&e.comm, sizeof(e.comm))",
                    '__builtin_memcpy(e.comm, "python", 7)',
                ),
            ),
        ),
        Mutant("is wrong in message", swaps=(("(e.pid & 1)", "(!(e.pid & 1))"),)),
        Mutant("is wrong in message", swaps=(('"even", 5', '"odd", 4'),)),
        Mutant(
            "events of them came",
            swaps=(
                ('\telse\n\t\t__builtin_memcpy(e.message, "even", 5);', "\telse\n\t\treturn 0;"),
            ),
        ),
    ],
    "06-2": [
        Mutant("Item 1 is not what comes out", answer=(48, 85)),
        Mutant("Item 1 is not what comes out", answer=(52, 78)),
        Mutant("Item 2 is not what comes out", answer=(56, 72)),
        Mutant("has 1 item instead of 2", answer=[56]),
        Mutant("a list is asked for", answer=73),
    ],
    "06-3": [
        Mutant("and pid is not the process id", swaps=((PID, "bpf_get_current_pid_tgid()"),)),
        Mutant("fewer records were discarded", answer=COPIED),
        Mutant(
            "of 511 bytes and its NUL are whole",
            swaps=((WHOLE, WHOLE.replace("is_whole(", "e->path_len > 0 && is_whole(1 + ")),),
        ),
        Mutant(
            "its path could not be read",
            swaps=(("is_whole(e->path_len, sizeof(e->path))", "e->path_len <= 512"),),
        ),
        Mutant("more came, and dropped is 0", swaps=((DROPPED, ""),)),
        Mutant(
            "although its path was cut",
            swaps=((WHOLE + BACK, "\tevents.ringbuf_submit(e, 0);\n"),),
        ),
        Mutant(
            "seen is not the sum of what was sent",
            swaps=((SEEN, ""), ("\te->ktime_ns", SEEN + "\te->ktime_ns")),
        ),
        Mutant(
            "is wrong in path and path_len",
            swaps=(
                ("\te->path_len = ", "\te->path_len = 1;\n\tint length = "),
                ("(e->path_len", "(length"),
            ),
        ),
        Mutant("ktime_ns is not the time", swaps=(("\te->ktime_ns = bpf_ktime_get_ns();\n", ""),)),
        Mutant("although its path was cut", swaps=(("if (is_whole", "if (!is_whole"),)),
        Mutant(
            "refuses your program",
            swaps=((f"\tif (!e) {{\n{DROPPED}\t\treturn 0;\n\t}}\n", ""),),
            status="refused",
        ),
    ],
    "06-4": [
        Mutant("seen is wrong", swaps=(("ctx->mask < FIRST", "ctx->mask <= FIRST"),)),
        Mutant("pid is not the id of the process", swaps=((PID, "0"),)),
        Mutant("filtered is wrong", swaps=((FILTERED, ""),)),
        Mutant("dropped is wrong", swaps=((SENT + DROPPED, SENT + "\t\treturn 0;\n"),)),
        Mutant("dropped is wrong", swaps=(("if (events", "if (!events"),)),
        Mutant("seen is wrong", swaps=((SEEN, ""), (SENT, SEEN + SENT))),
        Mutant(
            "not those that the program should send",
            swaps=((f"{FILTERED}\t\treturn 0;\n", FILTERED),),
        ),
        Mutant(
            "not those that the program should send", swaps=(("number % 3 == 0", "number % 3"),)
        ),
    ],
    "06-5": [
        Mutant("a ring without a busy record", answer=wrong(first_busy=True)),
        Mutant("half way. Your answer has 2 items", answer=wrong(with_busy=True)),
        Mutant("a record that was taken back", answer=wrong(with_back=True)),
        Mutant("records of several lengths", answer=wrong(stride=24)),
        Mutant("over the end of the ring", answer=wrong(size=1 << 40)),
        Mutant("with two busy records", answer=wrong(stops=True)),
        Mutant("half way. Your answer has 0 items", answer=lambda data, at, end: []),
        Mutant("It returned None", answer=lambda data, at, end: None),
        Mutant("is of the type list", answer=[2]),
    ],
}
