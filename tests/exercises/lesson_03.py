"""Wrong answers to the exercises of lesson 03."""

import os
from pathlib import Path

from bpflab.exercises.lesson_03 import PATHS
from tests.exercises.mutant import Mutant

RESET = "\t__builtin_memset(e->path, 0, sizeof(e->path));\n"
READ = "\te->path_len = read_path(e->path, sizeof(e->path), ctx->filename);\n"
COMPARE = "\t\tif (e->path[i] != left_out->path[i])\n"
CLEARS = "if (i * 8 < last)"
LAST = "\tlast = e->path_len;\n"
TWO_CPUS = len(os.sched_getaffinity(0)) > 1

MISSED = "runs the path of LEFT_OUT was not left out"
EVENT = "bytes of another path are in an event"
LONGER = "bytes of another path are in BUF, after a longer path"

PID = "bpf_get_current_pid_tgid() >> 32"
TIME = "\te->ktime_ns = bpf_ktime_get_ns();\n"
SENT = "\t\tevents.ringbuf_output(e, sizeof(*e), 0);\n"

MUTANTS = {
    "03-1": [
        Mutant("1 of your paths did no harm", answer=[*PATHS[3:], PATHS[1]]),
        Mutant("3 of your paths did no harm", answer=list(PATHS[:4])),
        Mutant("After 1 more of the six", answer=list(PATHS[4:])),
        Mutant("is not one of the six paths", answer=["/usr/bin/id"]),
        Mutant("is a list of paths", answer=PATHS[5]),
        Mutant("After 1 more of the six", answer=tuple(map(Path, PATHS[4:]))),
    ],
    "03-2": [
        Mutant("and pid is not the process id", swaps=((PID, "bpf_get_current_pid_tgid()"),)),
        Mutant("ktime_ns is not the time", swaps=((TIME, ""),)),
        Mutant(
            "1 of 2 runs of other paths did not give exactly one event",
            swaps=(
                ("i < sizeof(e->path); i++", "i < 256; i++"),
                ("if (i < sizeof", "if (i < 256 && i < sizeof"),
            ),
        ),
        Mutant(
            "A path that was cut came more than once",
            swaps=((SENT, f"{SENT}\tif (e->path_len > 512)\n{SENT}"),),
        ),
        Mutant(MISSED, swaps=((RESET, ""),)),
        Mutant(MISSED, swaps=((RESET, "\te->path[0] = 0;\n"),)),
        Mutant(MISSED, swaps=((RESET, RESET.replace("sizeof(e->path)", "sizeof(e)")),)),
        Mutant(MISSED, swaps=(("if (i < sizeof(e->path))", "if (i)"),)),
        Mutant("is wrong in path", swaps=((RESET, ""), (READ, READ + RESET))),
        Mutant(
            "did not give exactly one event",
            swaps=(
                ("i < sizeof(e->path); i++", "i < 64; i++"),
                ("if (i < sizeof(e->path))", "if (i < 64)"),
            ),
        ),
        Mutant(
            EVENT,
            swaps=(
                (RESET, ""),
                (COMPARE, COMPARE.replace("if (", "if (!e->path[i] || ")),
                (
                    "if (i < sizeof(e->path))",
                    "if (i < sizeof(e->path) && (e->path[i] || left_out->path[i]))",
                ),
            ),
        ),
        Mutant(
            "and no event came",
            swaps=(("if (i < sizeof(e->path))", "if (i > sizeof(e->path))"),),
            status="silent",
        ),
    ],
    "03-3": [
        Mutant("is wrong in path", swaps=((RESET, ""), (READ, READ + RESET))),
        Mutant(MISSED, swaps=((RESET, RESET.replace("sizeof(e->path)", "sizeof(e)")),)),
        Mutant(
            EVENT,
            swaps=(
                (RESET, ""),
                (
                    "sizeof(e->path)))\n\t\treturn 0;",
                    f"sizeof(e->path))) {{\n\t{RESET}\t\treturn 0;\n\t}}",
                ),
                ("sizeof(*e), 0);\n", f"sizeof(*e), 0);\n{RESET}"),
            ),
        ),
    ],
    "03-4": [
        Mutant("Item 1 is not", answer=[7, 11, 12, 14, 15]),
        Mutant("Item 2 is not", answer=[8, 16, 16, 16, 16]),
        Mutant("4 items instead of 5", answer=[8, 12, 16, 16]),
    ],
    "03-5": [
        Mutant(
            "A byte was cleared that the last path did not write", swaps=((CLEARS, "if (i < 64)"),)
        ),
        Mutant(
            "there is no path in BUF",
            status="silent",
            swaps=((LAST, ""), (READ, ""), ("\twords = ", f"{READ}{LAST}\twords = ")),
        ),
        Mutant(LONGER, swaps=((CLEARS, "if (i < (u32)last / 8)"),)),
        Mutant(
            "BUF, after a path that was cut", swaps=((CLEARS, "if (i * 8 < last && last <= 512)"),)
        ),
        Mutant("there is no path in BUF", swaps=((READ, "\te->path_len = 0;\n"),), status="silent"),
        *[
            Mutant(
                LONGER,
                swaps=(
                    ("BPF_RINGBUF", "BPF_ARRAY(last_len, int, 1);\nBPF_RINGBUF"),
                    ("\tu64 *words;\n", "\tu64 *words;\n\tint *kept = last_len.lookup(&zero);\n"),
                    ("if (!e)", "if (!e || !kept)"),
                    (LAST, "\tlast = *kept;\n"),
                    ("\tevents.", "\t*kept = e->path_len;\n\tevents."),
                ),
            )
        ]
        * TWO_CPUS,
    ],
}
