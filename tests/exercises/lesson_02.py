"""Wrong answers to the exercises of lesson 02."""

from tests.exercises.mutant import Mutant

MUTANTS = {
    "02-1": [
        Mutant("is wrong in uid", swaps=(("\te->uid = bpf_get_current_uid_gid();\n", ""),)),
        Mutant("is wrong in uid", swaps=(("uid_gid();", "uid_gid() >> 32;"),)),
        Mutant("is wrong in uid", swaps=(("= bpf_get_current_uid_gid()", "= 0"),)),
        Mutant(
            "has no field uid",
            swaps=(("\tu32 uid;\n", "\tu32 user;\n"), ("e->uid", "e->user")),
        ),
    ],
    "02-2": [
        Mutant("480 is refused: the limit is lower", answer=480),
        Mutant("is accepted: the limit is higher", answer=16),
        Mutant("is a multiple of 8, and 471 is not", answer=471),
        Mutant("is a whole number above 0", answer="472"),
    ],
}
