"""Numbers that BPF does not calculate with, and functions that the compiler calls for them."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import library
from bpflab.mistakes.compiler import loops, stack
from bpflab.mistakes.compiler.case import Case, Rules

_FLOAT = re.compile(
    r"__(?:float|fix|extend|trunc)\w+|__(?:add|sub|mul|div|neg|cmp|eq|ne|lt|le|gt|ge|unord|pow)[sdtx]f[23i]+"
)
_WIDE = re.compile(r"__\w+ti\d?")
_FLOATS = re.compile(
    r"\b(?:float|double)\b|(?<!\w)\d+\.\d|(?<![\w.])\d+[eE][+-]?\d|(?<![\w.])\d+\.(?!\w)"
)


def _builtin(case: Case, name: str) -> LabError:
    bare = name.removeprefix("__builtin_")
    if _FLOAT.fullmatch(bare):
        return floating(case)
    if _WIDE.fullmatch(bare):
        return case.error(
            "wide",
            "Numbers of 128 bits cannot be multiplied or divided here.",
            "BPF calculates with 64 bits, and there is no library that does more.",
            "Use u64; divide first where the product is too large.",
        )
    if bare == "abort" and "abort" not in case.line:
        return case.error(
            "builtin",
            "The compiler put an instruction here that stops the program.",
            "__builtin_trap() is one, and so is an access to address 0. BPF has no such"
            " instruction.",
            "Write return 0; in its place, or use an address that is not 0.",
        )
    if bare in ("memcpy", "memset", "memmove"):
        if made := loops.made(case, bare):
            return made
        constant = re.search(r",\s*(\w+)\s*\)\s*;", case.line)
        fixed = (
            constant
            and not constant[1].isdigit()
            and not re.search(rf"#\s*define\s+{constant[1]}\b", case.source.code)
        )
        if (
            fixed
            and constant
            and constant[1] not in case.source.defines
            and "sizeof" not in case.line
        ):
            return case.error(
                "builtin",
                f"The length of this {bare} is not a constant.",
                "The compiler writes the bytes out one by one, so it must know how many they are.",
                "Give it a constant, or write a loop with an end: for (int i = 0; i < 64 && i <"
                f" {constant[1]}; i++).",
            )
        if large := stack.too_large(case):
            return large
        made_here = "" if bare in case.line else f"The compiler makes a {bare} of this line. "
        return case.error(
            "builtin",
            f"A {bare} of this size cannot be unrolled into instructions.",
            f"{made_here}There is no C library in the kernel: the compiler inlines up to 1024 "
            "bytes, no more.",
            "Do it in pieces of at most 1024 bytes, with barrier(); between them, as the compiler "
            "joins what stands side by side. Or do it only for the bytes that are used.",
        )
    known = library.fault(case.source, bare, case.fault.place)
    if known:
        return known
    return case.error(
        "builtin",
        f"The compiler makes a call of {bare} here, and there is no such function in the kernel.",
        "BPF has instructions for whole numbers of up to 64 bits, and for their memory.",
        "Write it with simple operations of whole numbers, and loops that have an end.",
    )


def floating(case: Case) -> LabError:
    """Return the refusal of floating-point numbers, at the first line that has one."""
    place = case.fault.place
    if not place or not _FLOATS.search(place.text):
        code = case.declared.code.split("\n")
        place = next(
            (p for p, text in zip(case.source.lines, code, strict=False) if _FLOATS.search(text)),
            place,
        )
    return case.error(
        "floating-point",
        "BPF has no floating-point numbers.",
        "The kernel does not let programs use those registers.",
        "Count in whole numbers, as nanoseconds, and divide in Python.",
        place=place,
    )


def without_a_word(case: Case) -> LabError | None:
    """Return why the compiler ended and printed nothing: LLVM 14 does so where bits are counted."""
    found = re.search(r"__builtin_(?:clz|ctz|ffs)(?:l|ll)?\b", case.declared.code)
    if not found:
        return None
    return case.error(
        "builtin",
        f"The compiler ends at {found[0]}.",
        "BPF has no instruction for it.",
        "Count the bits in a loop with an end; BCC's bpf_log2l(x) finds the highest one.",
        place=case.declared.place(found.start()),
    )


def division(case: Case) -> LabError:
    """Return the refusal of a division of signed numbers."""
    return case.error(
        "signed-division",
        "Signed numbers are divided here.",
        "BPF divides unsigned numbers. Signed division came with Linux 6.6 and LLVM 18.",
        "Make both sides unsigned, as u64; where one is negative, divide its positive value.",
    )


RULES: Rules = (
    (r"[uU]nsupport(?:ed)? signed division", division),
    (r"A call to built-in function '(\w+)' is not supported", _builtin),
)
