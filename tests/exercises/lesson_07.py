"""Wrong answers to the exercises of lesson 07."""

from tests.exercises.mutant import Mutant

JUMP = "\t\tjump(ctx, 2, e, FILTER);\n"
BEFORE = "\tsay(e, DEBUG, FILTER, ENTERED);\n"
SUBMIT = "\tleft_out.ringbuf_submit(record, 0);\n"
UID = "\trecord->uid = bpf_get_current_uid_gid();\n"
COPY = "\t__builtin_memcpy(record->path, e->path, sizeof(record->path));\n"
TO_FILTER, TO_DISPLAY = "JUMP_TABLE.call(ctx, 0);\n", "JUMP_TABLE.call(ctx, 1);\n"
FROM_HOOK = "\tfell_through.atomic_increment(0);\n"
FROM_FILTER = "\tfell_through.atomic_increment(1);\n"

WHOLE = "is_whole(e->path_len, sizeof(e->path)) &&\n\t    "
SHOWN = "\tif (e)\n\t\tevents.ringbuf_output(e, sizeof(*e), 0);\n"
STRING = "\tbpf_probe_read_kernel_str(record->path, sizeof(record->path), e->path);\n"

MUTANTS = {
    "07-1": [
        Mutant("has 1 item instead of 2", answer=["hook"]),
        Mutant("has 3 items instead of 2", answer=["hook", "display", "filter"]),
        Mutant("Item 2 is not what comes out", answer=["hook", "filter"]),
        Mutant("a list is asked for", answer="display"),
    ],
    "07-2": [
        Mutant("is not what comes out", answer=1),
        Mutant("is not what comes out", answer=34),
        Mutant("is not what comes out", answer=32),
        Mutant("a number is asked for", answer="33"),
    ],
    "07-3": [
        Mutant(
            "and pid is not the process id",
            swaps=(("record->pid = e->pid;", "record->pid = bpf_get_current_pid_tgid();"),),
        ),
        Mutant("of another path", swaps=((COPY, STRING),)),
        Mutant("nothing came through left_out", swaps=((JUMP, ""),), status="silent"),
        Mutant(
            "nothing came through left_out",
            swaps=((JUMP, JUMP.replace("2", "3")),),
            status="silent",
        ),
        Mutant(
            "display has shown a command that is on the list",
            swaps=((JUMP, JUMP.replace("2", "1")),),
        ),
        Mutant("not on the list came through left_out", swaps=((BEFORE, BEFORE + JUMP),)),
        Mutant("There is no program report", swaps=(("int report(", "int tally("),)),
        Mutant("is wrong in uid", swaps=((UID, ""),)),
        Mutant("is wrong in uid", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant("is wrong in path", swaps=((COPY, COPY.replace("sizeof(record->path)", "16")),)),
        Mutant("filter did not say so", swaps=((JUMP, "\t\tJUMP_TABLE.call(ctx, 2);\n"),)),
        Mutant(
            "Slot 2 was empty, and display has shown",
            swaps=((f"{JUMP}\t\treturn 0;\n", JUMP),),
        ),
        Mutant("refuses your program", swaps=((SUBMIT, ""),), status="refused"),
    ],
    "07-4": [
        Mutant("begins like one on the list", swaps=((WHOLE, ""),)),
        Mutant(
            "begins like one on the list",
            swaps=((SHOWN, SHOWN + SHOWN.replace("(e)", "(e && e->path_len > 512)")),),
        ),
        Mutant(
            "no event of them came",
            swaps=((TO_DISPLAY, TO_DISPLAY.replace("1", "2")),),
            status="silent",
        ),
        Mutant("on the list was reported", swaps=((TO_FILTER, TO_FILTER.replace("0", "1")),)),
        Mutant("jumps to it were not all counted", swaps=((FROM_HOOK, ""), (FROM_FILTER, ""))),
        Mutant("Slot 1 was empty, and jumps to it were", swaps=((FROM_FILTER, ""),)),
        Mutant(
            "Slot 0 was empty, and jumps to it were",
            swaps=(
                (FROM_HOOK, FROM_FILTER + "\t"),
                (
                    "\tfell_through.atomic_increment(1);\n\treturn",
                    "\tfell_through.atomic_increment(0);\n\treturn",
                ),
            ),
        ),
        Mutant(
            "Each jump had its program",
            swaps=((f"\t{TO_FILTER}{FROM_HOOK}", f"{FROM_HOOK}\t{TO_FILTER}"),),
        ),
        Mutant(
            "on the list was reported",
            swaps=(
                (f"\t{TO_FILTER}", f"\tevents.ringbuf_output(e, sizeof(*e), 0);\n\t{TO_FILTER}"),
            ),
        ),
    ],
}
