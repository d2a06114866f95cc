"""What LLVM refuses when it makes instructions of a text that is right as C."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import library
from bpflab.mistakes.compiler.case import Case, Rules, says

_FLOAT = re.compile(
    r"__(?:float|fix|extend|trunc)\w+|__(?:add|sub|mul|div|neg|cmp|eq|ne|lt|le|gt|ge|unord|pow)[sdtx]f[23i]+"
)
_WIDE = re.compile(r"__\w+ti\d?")
_FLOATS = re.compile(r"\b(?:float|double)\b|\d\.\d|\d[eE][+-]?\d|(?<![\w.])\d+\.(?!\w)")
_VARIABLE = re.compile(
    r"^[ \t]+(?:struct )?(\w+(?: \w+)*)\s+\w+\s*(?:\[(\w+)\]\s*)?(?:=[^;]*)?;", re.M
)


def _stack(case: Case) -> LabError:
    return case.error(
        "stack",
        "The local variables need more than 512 bytes of stack.",
        "An eBPF program has 512 bytes of stack in all, for every variable together.",
        "Keep the large one in a map: a per-CPU array of one entry.",
        place=_largest(case),
    )


def _largest(case: Case) -> Place | None:
    """Return the line of the largest variable of the function and what it calls."""
    declared = case.declared
    function = declared.functions.get(case.fault.function) or declared.around(case.fault.place)
    if not function:
        return case.fault.place
    seen, rest = {function.name: function}, [function]
    while rest:  # what it calls is inlined
        inside = declared.code[rest[-1].begin : rest.pop().end]
        for name in re.findall(r"\b(\w+)\s*\(", inside):
            if name in declared.functions and name not in seen:
                seen[name] = declared.functions[name]
                rest.append(declared.functions[name])
    largest, blamed = 0, function.place
    for one in seen.values():
        for found in _VARIABLE.finditer(declared.code, one.begin, one.end):
            if (size := _size(case, found[1], found[2] or "")) > largest:
                largest, blamed = size, declared.place(found.start(1))
    return blamed


def _size(case: Case, type: str, length: str) -> int:
    """Return a guess at the bytes of a variable, to choose by."""
    number = case.source.defines.get(length, length)
    if named := re.search(rf"^\s*#\s*define\s+{length or '-'}\s+(\d+)\s*$", case.source.code, re.M):
        number = named[1]
    count = int(number, 0) if re.fullmatch(r"[1-9]\d*|0x[0-9a-fA-F]+", number) else 0
    if length:
        return count * (8 if re.search("64|long", type) else 4 if re.search("32|int", type) else 1)
    return 1 if type in case.declared.structs else 0


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
    if bare in ("memcpy", "memset", "memmove"):
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
        return case.error(
            "builtin",
            f"A {bare} of this size cannot be unrolled into instructions.",
            "There is no C library in the kernel: the compiler inlines up to 1024 bytes, no more.",
            "Do it in pieces of at most 1024 bytes, or only for the bytes that are used.",
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


def _division(case: Case) -> LabError:
    return case.error(
        "signed-division",
        "Signed numbers are divided here.",
        "BPF's division is for unsigned numbers, until Linux 6.6 and LLVM 18.",
        "Make both sides unsigned, as u64; where one is negative, divide its positive value.",
    )


def _select(case: Case, what: str) -> LabError | None:
    if re.search(r"\bs(?:div|rem)\b", what):
        return _division(case)
    if "Atomic" in what:
        return case.error(
            "atomic",
            "BPF has no instruction for this atomic operation.",
            "An addition is one: __sync_fetch_and_add. Loads and stores of up to 8 bytes need"
            " none.",
            "Read and write the variable as usual, or add with __sync_fetch_and_add.",
        )
    if "brind" in what or "BlockAddress" in what:
        return case.error(
            "computed-goto",
            "A jump to an address that is calculated cannot be verified.",
            "The verifier must know each target.",
            "Write a switch.",
            place=case.fault.place or _first(case, r"goto\s*\*|&&\w+\s*[,}]"),
        )
    if re.search(r"\bf(?:add|sub|mul|div|p_\w+|cmp)\b|ConstantFP|f(?:32|64)\b", what):
        return floating(case)
    return None


def _dynamic(case: Case) -> LabError:
    place = (
        case.fault.place or _variable_array(case) or _first(case, r"\balloca\s*\(|__builtin_alloca")
    )
    return case.error(
        "variable-array",
        "The length of this array is not a constant.",
        "The stack of a program is laid out when it is compiled.",
        "Give it the largest length that can occur, at most 512 bytes, as in char buf[64].",
        place=place,
    )


def _variable_array(case: Case) -> Place | None:
    """Return the line of the first array in a function whose length is a variable."""
    for one in case.declared.functions.values():
        found = re.compile(r"^\s+[\w ]+\s\**\w+\s*\[\s*([a-z]\w*)[^\]]*\]\s*;", re.M)
        for array in found.finditer(case.declared.code, one.begin, one.end):
            if array[1] not in case.declared.macros and array[1] not in (
                "sizeof",
                *case.source.defines,
            ):
                return case.declared.place(array.start(1))
    return None


def _first(case: Case, pattern: str) -> Place | None:
    found = re.search(pattern, case.declared.code)
    return case.declared.place(found.start()) if found else None


def _assembly(case: Case) -> LabError:
    """Instructions of the machine: of the text, or of an inline function of a header."""
    if place := _first(case, r"\bcurrent\b\s*(?:->|[,;)])"):
        return case.error(
            "assembly",
            "current is read by an instruction of this machine, which BPF does not have.",
            "It is a macro of the kernel's.",
            "Write (struct task_struct *)bpf_get_current_task() in its place.",
            place=place,
        )
    if place := _first(case, r"\b(?:asm|__asm__)\s*(?:volatile|goto|__volatile__|\()"):
        return case.error(
            "assembly",
            "These are instructions of another machine.",
            "Inline assembly must be of BPF, as in r0 = 1.",
            "Write it in C.",
            place=place,
        )
    return case.error(
        "assembly",
        "The text uses a function of a kernel header that is written in this machine's"
        " instructions.",
        "BPF has its own instructions, and such a function becomes none of them.",
        "Leave its call out: look for a helper that does it, or read the field with"
        " bpf_probe_read_kernel.",
    )


RULES: Rules = (
    (r"stack limit", _stack),
    (r"[uU]nsupport(?:ed)? signed division", _division),
    (r"[uU]nsupported dynamic (?:stack )?alloc", _dynamic),
    (r"A call to built-in function '(\w+)' is not supported", _builtin),
    (r"defined with too many args|functions? with .*stack arg", _parameters),
    (r"^too many arg(?:ument)?s(?! to function call| provided)|stack arguments", _arguments),
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
        r"invalid operand (?:in|for) inline asm|<inline asm>|invalid register/token|asm goto",
        _assembly,
    ),
)
