"""Wrong answers to the exercises of lesson 13."""

from bpflab.paths import ROOT
from tests.exercises.mutant import Mutant

TOOL = ROOT / "bpf/execwatch"
OUTPUT = "if (events.ringbuf_output(e, sizeof(*e), 0))\n\t\tdropped.atomic_increment(0);"
READ = "read_path(e->path, sizeof(e->path),"
DELETE = "\tCALLS.delete(&pid);\n\treturn 0;\n}"
SUCCESS_HOOK = """\
int succeeded(struct tracepoint__sched__sched_process_exec *ctx)
{
	return 0;
}

int left("""
WHOLE = "is_whole(e->path_len, sizeof(e->path)) && "
FILTERED = "\t\tfiltered.atomic_increment(0);\n"
FELL = "\tfell_through.atomic_increment(0);\n"
FORGETS = """\
	turn.atomic_increment(0);
	u64 *n = turn.lookup(&zero);
	return n && *n % 50 == 0 ? over() : jump(ctx, 0);"""


def tool(*swaps):
    """Return the tool as one text that runs in any folder, with changes."""
    parts = [(TOOL / f"{name}.py").read_text() for name in ("rows", "kernel", "execwatch")]
    text = "\n".join(parts).replace("from __future__ import annotations\n", "")
    for line in (
        "from rows import LIST_LENGTH, Row, Trouble",
        "            from kernel import Watch",
    ):
        assert line in text
        text = text.replace(line, line[: len(line) - len(line.lstrip())] + "pass")
    text = text.replace("from rows import HEADER, Row, Trouble, line, listed", "")
    text = text.replace("    from kernel import Watch", "    pass")
    text = text.replace("Path(__file__).resolve().parent", f"Path({str(TOOL)!r})")
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new)
    return f"from __future__ import annotations\n{text}"


BY_PROCESS = (
    ("BPF_HASH(CALLS, u64,", "BPF_HASH(CALLS, u32,"),
    ("CALLS.update(&thread,", "CALLS.update(&pid,"),
    (
        "\tstruct call *call = CALLS.lookup(&thread)",
        "\tu32 pid = thread >> 32;\n\tstruct call *call = CALLS.lookup(&pid)",
    ),
    ("CALLS.delete(&thread)", "CALLS.delete(&pid)"),
)

MUTANTS = {
    "13-1": [
        Mutant("✗ an open that waits", swaps=BY_PROCESS),
        Mutant("✗ an open that succeeds", swaps=(("ctx->ret < 0", "ctx->ret != 0"),)),
        Mutant("✗ an open that fails", swaps=(("ctx->ret < 0", "ctx->ret == -13"),)),
        Mutant("✗ CALLS: no entry", swaps=(("\tCALLS.delete(&thread);\n", ""),)),
        Mutant(  # the time from the last open on
            "✗ duration_ns", swaps=(("e->ktime_ns - call->entered_ns", "1000"),)
        ),
        Mutant(
            "✗ an open that succeeds",
            swaps=(("\tif (!call)\n", "\tif (!call || ctx->ret >= 0)\n"),),
        ),
    ],
    "13-2": [
        Mutant(  # failures alone
            "✗ a call that succeeds",
            swaps=((OUTPUT, f"if (ctx->ret)\n\t{OUTPUT}"),),
        ),
        Mutant("✗ a call that fails", swaps=((OUTPUT, f"if (!ctx->ret)\n\t{OUTPUT}"),)),
        Mutant("✗ a call that fails", swaps=(("e->ret = ctx->ret;", "e->ret = -!!ctx->ret;"),)),
        Mutant("✗ CALLS: no entry", swaps=((DELETE, "\treturn 0;\n}"),)),
        Mutant("✗ a full ring", swaps=((OUTPUT, "events.ringbuf_output(e, sizeof(*e), 0);"),)),
        Mutant(  # the time of the exit, not the time between
            "✗ duration_ns", swaps=(("bpf_ktime_get_ns() - e->ktime_ns", "bpf_ktime_get_ns()"),)
        ),
        Mutant("✗ duration_ns", swaps=(("bpf_ktime_get_ns() - e->ktime_ns", "1000"),)),
        Mutant(  # microseconds, where a success may end at a hook of its own
            "✗ duration_ns",
            swaps=(
                ("bpf_ktime_get_ns() - e->ktime_ns", "(bpf_ktime_get_ns() - e->ktime_ns) / 1000"),
                ("int left(", SUCCESS_HOOK),
            ),
        ),
        Mutant(  # notes that stay, under a struct
            "✗ CALLS: no entry",
            swaps=(
                (DELETE, "\treturn 0;\n}"),
                ("u32, struct event, CALLS", "struct who, struct event, CALLS"),
                ('BPF_TABLE("lru', 'struct who {\n\tu32 pid;\n};\nBPF_TABLE("lru'),
                ("CALLS.update(&pid", "CALLS.update((struct who *)&pid"),
                ("CALLS.lookup(&pid", "CALLS.lookup((struct who *)&pid"),
            ),
        ),
        Mutant(  # by thread: one that succeeds is not found again
            "✗ a second thread",
            swaps=(
                ('BPF_TABLE("lru_hash", u32,', 'BPF_TABLE("lru_hash", u64,'),
                (
                    "u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;",
                    "u32 zero = 0; u64 pid = bpf_get_current_pid_tgid();",
                ),
                (
                    "\tu32 pid = bpf_get_current_pid_tgid() >> 32;\n\tstruct event *e = CALLS",
                    "\tu64 pid = bpf_get_current_pid_tgid();\n\tstruct event *e = CALLS",
                ),
                ("e->pid = pid;", "e->pid = pid >> 32;"),
            ),
        ),
        Mutant(  # the path at the end: it is gone then
            "✗ path",
            swaps=((f"e->path_len = {READ} ctx->filename);", ""),),
        ),
        Mutant(  # the path at the end, by its address
            "after a success the caller's memory is gone",
            swaps=(
                ("\tint ret, path_len;", "\tint ret, path_len;\n\tconst char *caller;"),
                (f"e->path_len = {READ} ctx->filename);", "e->caller = ctx->filename;"),
                ("e->ret = ctx->ret;", f"e->ret = ctx->ret;\n\te->path_len = {READ} e->caller);"),
            ),
        ),
        Mutant("The event has no field duration_ns", swaps=(("duration_ns", "took_ns"),)),
        Mutant(
            "✗ a second thread",
            swaps=(("\te->pid = pid;", "\te->pid = bpf_get_current_pid_tgid();"),),
        ),
    ],
    "13-3": [
        Mutant(  # a cut path is looked up
            "✗ a path over 511 bytes", swaps=((WHOLE, ""),)
        ),
        Mutant("✗ filtered: how many", swaps=((f"path))\n{FILTERED}", "path))\n\t\t;\n"),)),
        Mutant(  # only what succeeded is left out
            "✗ also if it fails", swaps=((WHOLE, f"!ctx->ret && {WHOLE}"),)
        ),
        Mutant(
            "✗ CALLS: no entry",
            swaps=((FILTERED, "\t{\n\t\tfiltered.atomic_increment(0);\n\t\treturn 0;\n\t}\n"),),
        ),
        Mutant(
            "✗ a command in the list",
            swaps=(("EXCLUDED_CMDS.lookup((struct path *)e->path)", "0"),),
        ),
        Mutant(  # the list of commands that are shown
            "✗ a command that is not in the list",
            swaps=((f"{WHOLE}EXCLUDED", f"{WHOLE}!EXCLUDED"),),
        ),
        Mutant(  # what is left out is not seen
            "✗ a full ring",
            swaps=(
                ("\tseen.atomic_increment(0);\n", ""),
                ("\telse if (events", "\telse if (seen.atomic_increment(0), events"),
            ),
        ),
    ],
    "13-4": [
        Mutant("✗ slot 0 is empty", swaps=((FELL, ""),)),
        Mutant("✗ CALLS: no entry", swaps=((f"{FELL}\treturn over();", f"{FELL}\treturn 0;"),)),
        Mutant(  # a filter that sends by itself
            "✗ slot 1 is empty",
            swaps=(
                (
                    "\treturn jump(ctx, 1);",
                    "\tevents.ringbuf_output(e, sizeof(*e), 0);\n\treturn over();",
                ),
            ),
        ),
        Mutant("✗ only_failures in slot 0", swaps=(("e->ret == 0", "e->ret != 0"),)),
        Mutant("✗ only_failures in slot 0", swaps=(("e->ret == 0", "e->ret != -2"),)),
        Mutant(
            "✗ only_failures: each call that succeeded counts",
            swaps=((f"e->ret == 0) {{\n{FILTERED}", "e->ret == 0) {\n"),),
        ),
        Mutant(
            "✗ leave_out in slot 0", swaps=(("EXCLUDED_CMDS.lookup((struct path *)e->path)", "0"),)
        ),
        Mutant("There is no program only_failures", swaps=(("only_failures", "failures"),)),
        Mutant("✗ a full ring", swaps=((OUTPUT, "events.ringbuf_output(e, sizeof(*e), 0);"),)),
        Mutant(  # of fifty calls one is forgotten
            "calls while the filter is swapped",
            swaps=(
                ("\treturn jump(ctx, 0);", FORGETS),
                ("BPF_ARRAY(seen,", "BPF_ARRAY(turn, u64, 1);\nBPF_ARRAY(seen,"),
                ("event *e = call();\n\n\tseen", "event *e = call();\n\tint zero = 0;\n\n\tseen"),
            ),
        ),
    ],
    "13-5": [
        Mutant("no header with the column PATH and RET", answer="print('hello')\n"),
        Mutant("is the name of a file", answer=None),
        Mutant("✗ SIGHUP", answer=tool(("if signal.SIGHUP in caught:", "if False:"))),
        Mutant(
            "✗ Ctrl-C", answer=tool(("signals = Signals(signal.SIGINT, ", "signals = Signals("))
        ),
        Mutant(
            "✗ a row for each failure",
            answer=tool(("errno.errorcode.get(-row.ret, str(row.ret))", "row.ret")),
        ),
        Mutant(
            "✗ --exclude FILE",
            answer=tool(("        tool.exclude(paths)\n        if", "        if")),
        ),
        Mutant(
            "✗ the last line",
            answer=tool(
                (
                    "unaccounted = seen - shown - sum(counts.values())",
                    "unaccounted = 7",
                )
            ),
        ),
        Mutant(  # numbers that add up, and that nobody counted
            "✗ the last line",
            answer=tool(
                (
                    "counts = tool.counts()",
                    'counts = {"seen": shown, "excluded": 0, "skipped": 0, "dropped": 0}',
                )
            ),
        ),
        Mutant(
            "✗ a wrong argument",
            answer=tool(("given = parser.parse_args()", "given = parser.parse_known_args()[0]")),
        ),
        Mutant(
            "✗ a row for each success",
            answer=tool(
                (
                    'parser.add_argument("--failures", action="store_true"',
                    'parser.add_argument("--failures", action="store_false"',
                )
            ),
        ),
    ],
}
