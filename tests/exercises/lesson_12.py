"""Wrong answers to the exercises of lesson 12."""

from tests.exercises.mutant import Mutant

TURN = "\tif (turn && ++*turn % 2)\n"
COUNT = "\tif (passed)\n\t\t*passed += 1;\n"
JUMP = "\tJUMP_TABLE.call(ctx, 1);\n"
FULL = " || *passed >= *limit"
OTHERS = "are not every second event of each CPU"

MUTANTS = {
    "12-1": [
        Mutant("Item 2 is not what comes out", answer=(14, 2, (0, 0))),
        Mutant("Item 2 in item 3 is not what comes out", answer=(14, 0, (0, 0))),
        Mutant("Item 1 in item 3 is not what comes out", answer=(14, 0, (2, 0))),
        Mutant("has 2 items instead of 3", answer=(14, 0)),
    ],
    "12-2": [
        Mutant(OTHERS, swaps=((TURN, "\tif (turn && ++*turn > 8)\n"),)),
        Mutant(OTHERS, swaps=((TURN, "\tif (turn && *turn % 2)\n"),)),
        Mutant(OTHERS, swaps=((TURN, "\tif (turn && ++*turn % 3)\n"),)),
        Mutant(OTHERS, swaps=(("BPF_PERCPU_ARRAY", "BPF_ARRAY"),)),
        Mutant(
            "2 programs, and none of them is filter_4",
            swaps=(("int filter_4", "int display(void *ctx) { return 0; }\n\nint filter"),),
        ),
        Mutant(
            "none of them reached display",
            swaps=((JUMP, JUMP.replace("1", "0")),),
            status="silent",
        ),
    ],
    "12-3": [
        Mutant(
            "after a round with slot 1 empty",
            swaps=((COUNT, ""), (JUMP, "\t*passed += 1;\n" + JUMP)),
        ),
        Mutant(
            "events reached display",
            swaps=(
                ("BPF_ARRAY(LIMIT", "BPF_ARRAY(PASSED_2, u64, 1);\nBPF_ARRAY(LIMIT"),
                (
                    "*passed = PASSED.lookup(&zero);\n\tu64 *turn",
                    "*passed = PASSED_2.lookup(&zero);\n\tu64 *turn",
                ),
            ),
        ),
        Mutant(
            "after a round with slot 1 empty, 0 events came",
            swaps=((JUMP, JUMP + "\t*passed += 1;\n"), (COUNT, "")),
        ),
        Mutant("In round", swaps=((COUNT, COUNT + COUNT),)),
        Mutant("events reached display", swaps=((FULL, " || *passed > *limit"),)),
        Mutant("events reached display", swaps=((FULL, ""),)),
        Mutant(
            "none reached display",
            swaps=(
                (
                    "\tevents.ringbuf_output(&e, sizeof(e), 0);\n",
                    "\tif (!e.pid)\n\t\tevents.ringbuf_output(&e, sizeof(e), 0);\n",
                ),
            ),
            status="silent",
        ),
    ],
}
