"""Wrong answers to the exercises of lesson 08b."""

from tests.exercises.mutant import Mutant

RESERVE = "e = events.ringbuf_reserve(sizeof(*e));"
SUBMIT = "events.ringbuf_submit(e, 0);"
IN_BUF = "int zero = 0;\n\te = BUF.lookup(&zero);"
OUTPUT = "events.ringbuf_output(e, sizeof(*e), 0);"
MAP = "BPF_RINGBUF_OUTPUT(events, 8);"
SECOND_HALF = "\t__builtin_memset(e->text + 256, 'w', 256);\n"
NOT_OWN = "\tif (!OWN.lookup(&pid))\n\t\treturn 0;\n"
COUNT = "\t\tdropped.atomic_increment(0);\n"
BACK = "\t__sync_lock_test_and_set(&n->busy, 0);\n"
OTHERS_CLAIM = f"{COUNT}\t\treturn 0;\n\t}}\n\tn->first = n->second"
CLAIM = "__sync_lock_test_and_set(&n->busy, 1)"

MUTANTS = {
    "08b-1": [
        Mutant("Item 1 is not what comes out", answer=(20, 20)),
        Mutant("Item 2 is not what comes out", answer=(10, 10)),
        Mutant("is a number, and a list is asked for", answer=30),
    ],
    "08b-2": [
        Mutant(
            "events are mixed: other wrote to them", swaps=((RESERVE, IN_BUF), (SUBMIT, OUTPUT))
        ),
        Mutant(
            "MINE has one value for each CPU",
            swaps=(
                (MAP, f"{MAP}\nBPF_PERCPU_ARRAY(MINE, struct event, 1);"),
                (RESERVE, IN_BUF.replace("BUF", "MINE")),
                (SUBMIT, OUTPUT),
            ),
        ),
        Mutant("The ring was full", swaps=((COUNT, ""),)),
        Mutant("An event is not filled", swaps=((SECOND_HALF, ""),)),
        Mutant(
            "no record is submitted",
            swaps=((SUBMIT, "events.ringbuf_discard(e, 0);"),),
            status="failed",
        ),
        Mutant("of a process that is not in OWN", swaps=((NOT_OWN, ""),)),
        Mutant("other never ran", swaps=(('\tbpf_trace_printk("half way");\n', ""),)),
    ],
    "08b-3": [
        Mutant(  # the program as it is given
            "events of them came",
            swaps=(
                (
                    f"if (!n || !OWN.lookup(&pid))\n\t\treturn 0;\n\tif ({CLAIM}) {{\n{COUNT}"
                    "\t\treturn 0;\n\t}\n\tn->first = 'w'",
                    f"if (!n || {CLAIM})\n\t\treturn 0;\n{NOT_OWN}\tn->first = 'w'",
                ),
            ),
            status="silent",
        ),
        Mutant(
            "is wrong in first",
            swaps=((OTHERS_CLAIM, f"{COUNT}\t\t{BACK.strip()}\n{OTHERS_CLAIM[len(COUNT) :]}"),),
        ),
        Mutant("and 1 events of them came", swaps=((BACK, ""),)),
        Mutant("two lines each", swaps=((OTHERS_CLAIM, OTHERS_CLAIM[len(COUNT) :]),)),
        Mutant(
            "is wrong in first",
            swaps=((f"if ({CLAIM}) {{\n{OTHERS_CLAIM}", "if (0) {\n\t}\n\tn->first = n->second"),),
        ),
    ],
}
