"""The exercises of lesson 10: jumps, stack, and a loop that the verifier can follow."""

from __future__ import annotations

import random

from bpflab.exercises.difference import equal
from bpflab.exercises.exercise import Wrong, of_program, of_value
from bpflab.exercises.largest import largest
from bpflab.exercises.trial import Trial
from bpflab.programs.loading import load

_VALUES, _FEW = 1024, 256  # entries of DATA in 10-3 and in 10-4
_LARGEST = 1 << 20  # of a value, so that a sum fits into 32 bits


@of_value(
    "10-1", "33 jumps pass in one run.", "No jump leads to the first run of again. Count it, too."
)
def begun_at_again(answer: object) -> str:
    """Run `again` itself, and ask the program how often it ran."""
    with load("limits/chain", type="socket_filter", label="10-1") as chain:
        chain.maps["JUMP_TABLE"].fill({0: "again"})
        chain.invoke("again")
        return equal(answer, chain.maps["runs"][1])


@of_value(
    "10-2",
    "Try the size half way between one that loads and one that does not.",
    "Frames are rounded up: to 16 bytes, or to 32.",
)
def under_a_tail_call(size: object) -> str:
    """Load `frames` with this size, which must be accepted, and with the next, which must not."""

    def accepts(size: int) -> None:
        defines = {"CALLER": size, "TAIL_CALL_IN_CALLED": 1}
        load("limits/frames.bpf", defines=defines, label="10-2").close()

    return largest(size, accepts, step=8)


@of_program(
    "10-3",
    "The number in COUNT is not known to the verifier. The number of entries of DATA is.",
    "Let the loop end after 1024 rounds in any case, and leave it earlier with break.",
    "bpf_map_lookup_elem(&DATA, &i) gives a pointer, which may be NULL.",
)
def bounded(trial: Trial) -> str:
    """Let `total` add up no value, one, some, all, and more than there are."""
    values = random.choices(range(1, _LARGEST), k=_VALUES)
    some, many = random.randint(30, _VALUES - 30), random.randint(_VALUES + 1, 2**32 - 1)
    with trial.load() as program:
        program.maps["DATA"].fill(dict(enumerate(values)))
        for count in (0, 1, some, _VALUES, many):
            program.maps["COUNT"].fill({0: count})
            if (seen := program.invoke("total")) != (right := sum(values[:count])):
                more = ", more than there are values" * (count > _VALUES)
                text = f"With {count} in COUNT{more}, total returns the wrong sum."
                raise Wrong(text, [("sum", right, seen)])
    return f"The sums of 0, 1, {some} and all {_VALUES} values are right."


@of_program(
    "10-4",
    "How many values does one run of entry add up? You know this number from this lesson.",
    "A run of step may add more than one value before it jumps.",
    "A static variable keeps its value from one run of entry to the next.",
)
def mended(trial: Trial) -> str:
    """Run `entry` twice, each time with other values in ``DATA``."""
    with trial.load() as program:
        if "JUMP_TABLE" in program.maps and "step" in program.functions:
            program.maps["JUMP_TABLE"].fill({0: "step"})
        for run in ("first", "second"):
            values = random.choices(range(1, _LARGEST), k=_FEW)
            program.maps["DATA"].fill(dict(enumerate(values)))
            if (seen := program.invoke("entry")) != (right := sum(values)):
                added = next((n for n in range(1, _FEW) if sum(values[:n]) == seen), None)
                only = f" It is the sum of the first {added}." if added is not None else ""
                text = f"The {run} run of entry does not return the sum of all values.{only}"
                raise Wrong(text, [("sum", right, seen)])
    return f"Two runs, with {_FEW} other values each: both sums are right."
