"""Wrong answers to the exercises of lesson 10."""

from tests.exercises.mutant import Mutant

LEAVES = "\t\tif (i >= *count)\n\t\t\tbreak;\n"
RESETS = "\tnext = sum = 0;\n"

MUTANTS = {
    "10-1": [
        Mutant("That is not what comes out", answer=33),
        Mutant("That is not what comes out", answer=32),
        Mutant("is text, and a number is asked for", answer="34"),
        Mutant("is a list, and a number is asked for", answer=(1, 33)),
    ],
    "10-2": [
        Mutant("200 is accepted, and so is 208: the limit is higher", answer=200),
        Mutant("256 is refused: the limit is lower", answer=256),
        Mutant("is a multiple of 8, and 239 is not", answer=239),
        Mutant("is a number, and yours is of the type str", answer="240"),
    ],
    "10-3": [
        Mutant(
            "The verifier gave up",
            swaps=((LEAVES, ""), ("i < 1024", "i < *count")),
            status="refused",
        ),
        Mutant("With 0 in COUNT", swaps=(("i >= *count", "i > *count"),)),
        Mutant("With 1024 in COUNT", swaps=(("i < 1024", "i < 1023"),)),
        Mutant(
            "more than there are values, total returns the wrong sum",
            swaps=(("if (!count)", "if (!count || *count > 1024)"),),
        ),
        Mutant("With 0 in COUNT", swaps=((LEAVES, ""),)),
        Mutant("in COUNT, total returns the wrong sum", swaps=(("sum += *value", "sum = *value"),)),
    ],
    "10-4": [
        Mutant("the first 33", swaps=(("i < 8", "i < 1"),)),
        Mutant("the first 231", swaps=(("i < 8", "i < 7"),)),
        Mutant("The second run of entry", swaps=((RESETS, ""),)),
        Mutant("The second run of entry", swaps=((RESETS, "\tsum = 0;\n"),)),
        Mutant(
            "The first run of entry",
            swaps=((RESETS, ""), ("\tfor (int", "\tsum = 0;\n\tfor (int")),
        ),
    ],
}
