"""What LLVM refuses when it makes instructions of a text that is right as C."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import library
from bpflab.mistakes.compiler.arithmetic import division, floating
from bpflab.mistakes.compiler.case import Case, Rules, says
from bpflab.mistakes.compiler.stack import first


def _arguments(case: Case) -> LabError:
    return case.error(
        "printk-arguments",
        "A helper was given more than five arguments.",
        "A helper takes five: bpf_trace_printk spends two on the format, so three values are left.",
        "Print in two calls, or send the values through a ring buffer.",
    )


def _parameters(case: Case) -> LabError:
    return case.error(
        "six-parameters",
        "A function that is not inlined takes more than five arguments.",
        "A call passes its arguments in the registers r1 to r5, and nothing on the stack.",
        "Write static __always_inline in front of it, or give it a pointer to a struct.",
    )


def _select(case: Case, what: str) -> LabError | None:
    if re.search(r"\bs(?:div|rem)\b", what):
        return division(case)
    if re.search(
        r"Atomic(?:CmpSwap|Swap|LoadAdd|LoadAnd|LoadOr|LoadXor)\w*<.*\(s(?:8|16|32)\)", what
    ):
        return _atomic_of_64(case)
    if "Atomic" in what:
        return _atomic(case)
    if "brind" in what or "BlockAddress" in what:
        return case.error(
            "computed-goto",
            "A jump to an address that is calculated cannot be verified.",
            "The verifier must know each target.",
            "Write a switch.",
            place=case.fault.place or first(case, r"goto\s*\*|&&\w+\s*[,}]"),
        )
    if re.search(r"\bf(?:add|sub|mul|div|p_\w+|cmp)\b|ConstantFP|f(?:32|64)\b", what):
        return floating(case)
    return None


def _atomic(case: Case) -> LabError:
    return case.error(
        "atomic",
        "BPF has no instruction for this atomic operation.",
        "It has one for addition: __sync_fetch_and_add. Loads and stores of up to 8 bytes need no"
        " such operation.",
        "Read and write the variable as usual, or add with __sync_fetch_and_add.",
    )


def _atomic_of_64(case: Case) -> LabError:
    """An atomic operation whose result is used, on fewer than 64 bits."""
    return case.error(
        "atomic",
        "This atomic operation needs a variable of 64 bits.",
        "The instruction set that the compiler uses has it only for 64-bit numbers.",
        f"Declare what it works on as {'u64' if case.bcc else '__u64'}: in a map, the value too.",
    )


def _result_of_an_addition(case: Case) -> LabError:
    """What LLVM 21 says of BCC's programs; LLVM 14 to 19 return the number before the addition."""
    return case.error(
        "atomic",
        "The result of this addition cannot be used.",
        "This compiler turns it into an instruction that adds in one step and returns nothing.",
        "Add in a statement of its own, and read the number before it. If no other program may get"
        " the same number, read n = *p, and write if (__sync_val_compare_and_swap(p, n, n + 1) =="
        " n) { … }: then it has added, and n is yours.",
        place=case.fault.place
        or first(case, r"[=(!]\s*(?:__sync_fetch_and_\w+|__sync_\w+_and_fetch|__atomic_fetch_\w+)"),
    )


def _assembly(case: Case) -> LabError:
    """Instructions of the machine: of the text, or of an inline function of a header."""
    if place := first(case, library.CURRENT):
        return case.error("assembly", *library.OF_CURRENT, place=place)
    if place := first(case, r"\b(?:asm|__asm__)\s*(?:volatile|goto|__volatile__|\()"):
        return case.error(
            "assembly",
            "These are instructions of another machine.",
            "Inline assembly must be of BPF, as in r0 = 1.",
            "Write it in C.",
            place=place,
        )
    return case.error("assembly", *library.OF_HEADER)


RULES: Rules = (
    (r"defined with too many args|functions? with .*stack arg", _parameters),
    (
        # LLVM 19 begins with the argument: 0x2ba771a0: i64 = Constant<6> too many arguments
        r"^(?:0x\w+: .* )?too many arg(?:ument)?s(?! to function call| provided)|stack arguments",
        _arguments,
    ),
    (r"[Uu]nsupported atomic operations?, please use 64 bit version", _atomic_of_64),
    (r"atomic load/store is not supported", _atomic),  # LLVM 21
    (r"Invalid usage of the XADD return value", _result_of_an_addition),
    (r"Cannot select: (.*)", _select),
    (
        r"pass by value not supported|only (?:integer|small) returns supported|aggregate returns",
        says(
            "by-value",
            "A struct is passed or returned by value, in a call that is not inlined.",
            "A call passes numbers and pointers, in registers.",
            "Write static __always_inline in front of the function, or pass a pointer.",
        ),
    ),
    (
        r"[vV]ar[aA]rgs|variadic",
        says(
            "variadic",
            "A function with ... cannot be called.",
            "A call passes up to five arguments, in registers.",
            "Give it a fixed number of parameters.",
        ),
    ),
    (
        r"invalid operand (?:in|for) inline asm|couldn't allocate (?:in|out)put reg|<inline asm>"
        r"|invalid register/token|asm goto",
        _assembly,
    ),
)
