"""Operations that make no pointer of a pointer."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.null import made_at, named
from bpflab.mistakes.verifier.refusal import Refusal, says


def arithmetic(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an operation that makes no pointer of a pointer."""
    register, operator = f"R{found[1]}", found[2]
    return _not_followed(refusal, register, operator)


def of_null(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the same of a pointer that may be NULL, of which the kernel names no operator."""
    code = re.match(r"\(\w\w\) \w+ (\S*=) ", refusal.step.code if refusal.step else "")
    return _not_followed(refusal, f"R{found[1]}", code[1]) if code else None


def _not_followed(refusal: Refusal, register: str, operator: str) -> LabError:
    array = next(iter(ctext.indexed(refusal.text())), None)
    if operator == "|=" and array and refusal.state(register).startswith("fp"):
        return _joined(refusal, *array)
    _, made = refusal.history(register)
    name, came = named(refusal, made), made_at(refusal, made)
    return refusal.error(
        "pointer-arithmetic",
        f"The operator {operator.rstrip('=')} is applied to a pointer."
        if operator.rstrip("=") in refusal.text()
        else "This line calculates with a pointer by another operator than + and -.",
        why="The verifier follows a pointer through + and - alone: after any other operator it "
        "would not know where the result points.",
        fix="Calculate with numbers, then index the memory with the result. To calculate with "
        "what it points to, write a * in front of the pointer.",
        also=[(came, f"{name} is a pointer from here on")] if name else [],
    )


def _joined(refusal: Refusal, name: str, by: str) -> LabError:
    """Explain an index that the compiler joins to an address with |, as both have other bits."""
    index = re.sub(r"\s*[&%].*", "", by).strip("() ")
    return refusal.error(
        "bounds",
        f"The compiler joins the index {by} to the address of {name} with |.",
        why="That is the same as + where the index is masked, but the verifier does not follow a "
        "pointer through |.",
        fix=f"Compare the index in place of masking it, as a u64: if ({index} >= sizeof({name})) "
        "return 0;",
    )


def added(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the sum of two pointers."""
    return refusal.error(
        "pointer-arithmetic",
        "Two pointers are added."
        if found[1] == "+="
        else "This line calculates with two pointers.",
        why="The sum of two addresses is no address.",
        fix="Add a number to one pointer, or write a * in front of each to calculate with what "
        "they point to.",
    )


def fixed(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain arithmetic on a pointer that must stay as it is."""
    what = {"map_ptr": "a map", "pkt_end": "the end of the packet", "ctx": "the context"}
    fixes = {
        "map_ptr": "Use it unchanged. A value of a map is found by its key, with a lookup.",
        "pkt_end": "Add to a pointer that begins at data, and compare the sum with data_end: "
        "if (p + 4 > data_end) …. data_end - data is a number.",
    }
    return refusal.error(
        "pointer-arithmetic",
        f"A number is added to the address of {what.get(found[1], found[1])}.",
        why="This pointer may only be used as it is.",
        fix=fixes.get(found[1], "Use it unchanged."),
    )


half = says(
    "pointer-arithmetic",
    "This line calculates with half of a pointer.",
    why="A pointer has 64 bits. An operation of 32 bits cuts it in two.",
    fix="Keep the pointer in a pointer or in a u64, not in an int or a u32.",
)


RULES = (
    (r"^R(\d+) pointer arithmetic with (\S+) operator prohibited", arithmetic),
    (r"^R(\d+) bitwise operator (\S+) on pointer prohibited", arithmetic),
    (r"^R\d+ pointer (\S+) pointer prohibited", added),
    (r"^R\d+ tried to (subtract) pointer from scalar", added),
    (r"^R(\d+) pointer arithmetic on \w*_or_null\w* prohibited", of_null),
    (r"^R\d+ pointer arithmetic on (\w+) prohibited", fixed),
    (r"^R(\d+) 32-bit pointer arithmetic prohibited", half),
)
