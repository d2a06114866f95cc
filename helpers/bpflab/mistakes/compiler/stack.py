"""The stack: too much of it, or a length that is not known."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.compiler.case import Case, Rules

_VARIABLE = re.compile(
    r"^[ \t]+(?:struct )?(\w+(?: \w+)*)\s+\w+\s*(?:\[(\w+)\]\s*)?(?:=[^;]*)?;", re.M
)

_LOCAL = re.compile(
    r"\s*(?!static\b|return\b)(?:struct |union )?\w+(?: \w+)*\s+(\w+)\s*(?:\[[^\]]*\]\s*)*"
    r"(?:;|=\s*[{\"*])"
)


def _stack(case: Case) -> LabError:
    return case.error(
        "stack",
        "The local variables need more than 512 bytes of stack.",
        "An eBPF program has 512 bytes of stack in all, for every variable together.",
        "Keep the large one in a map: a per-CPU array of one entry.",
        place=_largest(case),
    )


def too_large(case: Case) -> LabError | None:
    """Return the refusal of a local variable that the compiler calls memset or memcpy for.

    It does so for more than 1024 bytes, so the variable is larger than the stack.
    """
    filled = re.search(
        r"mem(?:set|cpy|move)\s*\(\s*&?\s*(\w+)\s*,.*,\s*sizeof\s*\(?\s*(\w+)\s*\)", case.line
    )
    place, name = case.fault.place, ""
    if filled and filled[1] == filled[2]:
        local = ctext.variable(case.source, filled[1], place)
        function = case.declared.around(place)
        if local and function and not local.is_pointer:
            inside = case.declared.around(local.place) == function
            name, place = (
                (filled[1] if inside and _LOCAL.match(local.place.text) else ""),
                local.place,
            )
    elif found := _LOCAL.match(case.line):
        name = found[1]
    if not name:
        return None
    return case.error(
        "stack",
        f"{name} is larger than the 512 bytes of stack.",
        "An eBPF program has 512 bytes of stack in all, for every variable together.",
        "Keep it in a map: a per-CPU array of one entry.",
        place=place,
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


def _dynamic(case: Case) -> LabError:
    place = (
        case.fault.place or _variable_array(case) or first(case, r"\balloca\s*\(|__builtin_alloca")
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


def first(case: Case, pattern: str) -> Place | None:
    """Return the first line of the text in which *pattern* is found."""
    found = re.search(pattern, case.declared.code)
    return case.declared.place(found.start()) if found else None


RULES: Rules = (
    (r"stack limit", _stack),
    (r"[uU]nsupported dynamic (?:stack )?alloc", _dynamic),
)
