"""What the compiler warns of: each warning at a line of the learner's, in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bpflab.errors import LabError, Place
from bpflab.mistakes import checks
from bpflab.reference.helpers import HELPERS
from bpflab.source import Source

_WARNING = re.compile(r"^(.+?):(\d+):\d+: warning: (.*?)(?: \[-W([\w-]+)(?:,[^]]*)?\])?$", re.M)
_COMPARED = re.compile(r'([\w.>\[\]-]+)\s*([=!]=)\s*("(?:\\.|[^"\\])*")')
_LETTERS = 8  # of a text that is compared in one line
_LOOKUP = re.compile(r"(\w+)\s*=[^=]*\b(\w+\.lookup\w*|bpf_map_lookup_elem)\s*\(")
_AKA = re.compile(r" \(aka '[^']*'\)")
_TAKES = re.compile(r"'([^']+)'(?: \(aka [^)]*\))? to parameter of type '([^']+)'")

Words = tuple[str, str, str, str]  # kind, message, why, fix


def warnings(
    source: Source,
    printed: str,
    *,
    fields: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    keys: Mapping[str, Any] | None = None,
) -> tuple[LabError, ...]:
    """Return what is a mistake in *source* although it was compiled, in the order of its lines.

    *printed* is what the compiler printed, which is the ``log`` of its warnings. What no compiler
    says is looked for in the text (`checks`). *fields* are those of the event of each buffer,
    *keys* the layouts of the maps' keys.
    """
    found = checks.found(source, fields or {}, keys or {})
    seen = {(error.place, error.kind) for error in found}
    pointers = any(error.kind == "pointer-field" for error in found)
    starts = [*_WARNING.finditer(printed)]
    ends = [each.start() for each in starts[1:]] + [len(printed)]
    for start, end in zip(starts, ends, strict=False):
        place = source.place(start[1], int(start[2]))
        if place is None or "conversion specifiers allowed" in start[3]:  # `checks` knows formats
            continue
        kind, message, why, fix = _explained(start[4] or "", start[3], place)
        if {(place, kind), (place, message)}.isdisjoint(seen) and not (
            pointers and kind == "const"
        ):
            log = re.sub(r"\n\d+ warnings? generated\.\s*$", "", printed[start.start() : end])
            seen.add((place, message))
            found.append(LabError(kind, message, place=place, why=why, fix=fix, log=log.rstrip()))
    order = {place: number for number, place in enumerate(source.lines)}
    for error in found:
        error.lines = source.around(error)
    return tuple(sorted(found, key=lambda error: order.get(error.place or Place("", 0), -1)))


def _explained(flag: str, said: str, place: Place) -> Words:
    """Return kind, message, reason and advice; clang's words where there are none of ours."""
    for wanted, explain in _KNOWN:
        if wanted == flag and (words := explain(said, place.text)):
            return words
    return "warning", f"The compiler says: {said}.", "", ""


def _string(said: str, text: str) -> Words | None:
    compared = _COMPARED.search(text)
    fix = "Compare the letters, one by one."
    if compared:
        name, sign, literal = compared.groups()
        letters = literal[1:-1]
        if "\\" not in letters and 0 < len(letters) <= _LETTERS:
            join = " && " if sign == "==" else " || "
            each = [f"{name}[{at}] {sign} '{c}'" for at, c in enumerate(letters)]
            fix = f"Write {join.join([*each, f'{name}[{len(letters)}] {sign} 0'])}."
        else:
            fix = f"Compare {name} letter by letter with {literal}, in a loop; or do it in Python."
    why = "In C, == and != compare where the two texts are stored, never what they say."
    return "string-compare", "A text is compared by its address.", why, fix


def _assignment(said: str, text: str) -> Words | None:
    if "result of an assignment" in said:
        why = "The condition is true wherever the value that is assigned is not 0."
        fix = "Write == to compare. If = is meant: two pairs of parentheses, if ((a = b))."
        return "assignment", "One = assigns; it does not compare.", why, fix
    if order := re.match(r"(\S+) has lower precedence than (\S+);", said):
        fix = f"Write parentheses around the part with {order[1]}."
        message = f"{order[2]} is computed before {order[1]}."
        return "precedence", message, "C reads x & 1 == 1 as x & (1 == 1).", fix
    return None


def _conversion(said: str, text: str) -> Words | None:
    if "(*)(" in said and (name := next((n for n in checks.uncalled(text)), "")):
        return checks.no_call(HELPERS[name])
    if said.startswith("incompatible pointer to integer") and (lookup := _LOOKUP.search(text)):
        return (
            "pointer",
            f"{lookup[1]} gets an address: a lookup returns a pointer to the value.",
            "The pointer leads to the value, unless the pointer is NULL.",
            f"Make {lookup[1]} a pointer, test it for NULL, and read *{lookup[1]}.",
        )
    if said.startswith("incompatible pointer to integer"):
        fix = "Write -> and a field behind a pointer to a struct, or * in front of another pointer."
        return "pointer", "A pointer is stored as a number: the number is an address.", "", fix
    if said.startswith("incompatible integer to pointer"):
        takes = _TAKES.search(said)
        fix = "Write & in front of a variable to give its address."
        if takes:
            message = f"A {takes[1]} is given where a {takes[2]} is needed."
            return "pointer", message, "A number is no address.", fix
        return "pointer", "A number is used as a pointer.", "A number is no address.", fix
    return None


def _types(said: str, text: str) -> Words | None:
    types = re.findall(r"'([^']+?) ?\*'", _AKA.sub("", said))
    if len(types) != 2:
        return None
    if said.startswith("incompatible pointer types passing"):
        message = f"A pointer to {types[0]} is given where a pointer to {types[1]} is needed."
    else:
        message = f"A pointer to {types[1]} is stored as a pointer to {types[0]}."
    why = "The bytes there would be taken for a value of another type and size."
    return "pointer-type", message, why, f"Declare what it points to as {types[1]}."


def _return(said: str, text: str) -> Words | None:
    some = "in all control paths" in said
    message = "This function ends without a return" + (" on some path." if some else ".")
    why = "Its result is then whatever the last call left."
    return "no-return", message, why, "Write return 0; above this line."


def _uninitialised(said: str, text: str) -> Words | None:
    name = re.match(r"variable '(\w+)' is", said)
    if not name:
        return None
    some = re.search(r"used uninitialized whenever (.*)", said)
    message = f"{name[1]} is read, and nothing was written to it"
    message += f" where {some[1]}." if some else "."
    return "uninitialised", message, "", f"Give {name[1]} a value where it is declared, as in = 0."


def _comparison(said: str, text: str) -> Words | None:
    fix = "Write = to assign, or use the result in an if."
    return "unused", "This line compares, and does nothing with the result.", "", fix


def _qualifiers(said: str, text: str) -> Words | None:
    types = re.findall(r"'([^']+)'", said)
    const = [each for each in types if each.startswith("const ")]
    if len(types) != 2 or len(const) != 1:
        return None
    (other,) = set(types) - set(const)
    message = f"A {const[0]} becomes a {other}, without const."
    return "const", message, "What it points to may not be written.", f"Declare it {const[0]}."


def _narrow_address(said: str, text: str) -> Words | None:
    cast = re.search(r"\((\w[\w ]*\*+)\)\s*(\w+->data(?:_end|_meta)?)\b", text)
    if not cast:
        return None
    message = f"{cast[2]} has 32 bits, and an address has 64."
    why = "The kernel puts an address in its place, which the compiler does not know."
    return "narrow", message, why, f"Write ({cast[1]})(long){cast[2]}."


def _compared_pointer(said: str, text: str) -> Words | None:
    why = "The address says where something is stored, and not what is stored there."
    fix = (
        "Write * or [0] for what your own pointer points to; copy what is in foreign memory first."
    )
    return "comparison", "An address is compared with a number.", why, fix


def _characters(said: str, text: str) -> Words | None:
    several = re.search(r"'[^'\\]{2,}'", text)
    if not several:
        return None
    why = "In single quotes C has a character: a number of one byte."
    fix = "Compare one character, or the text character by character: s[0] == 'l' && s[1] == 's'."
    return "characters", f"{several[0]} is one number, and no text.", why, fix


def _out_of_range(said: str, text: str) -> Words | None:
    if several := _characters(said, text):
        return several
    found = re.search(r"constant (\S+) with expression of type '([^']+)'.* is always (\w+)", said)
    if not found:
        return None
    message = f"This comparison is always {found[3]}: no {found[2]} can be {found[1]}."
    why = "A loop whose counter has too few bits never ends." if "for" in text else ""
    return "comparison", message, why, "Declare the variable with more bits, as u32."


def _unsigned(said: str, text: str) -> Words | None:
    found = re.search(r"unsigned expression (\S+) 0 is always (\w+)", said)
    if not found:
        return None
    message = f"This comparison is always {found[2]}: an unsigned number is never below 0."
    why = "Where a larger number is subtracted, the result is a very large number."
    return "comparison", message, why, "Compare the two numbers before you subtract."


def _size_of_parameter(said: str, text: str) -> Words | None:
    found = re.search(r"size of '([^']+)' instead of '([^']+)'", said)
    name = re.search(r"\bsizeof\s*\(?\s*(\w+)", text)
    if not found or not name:
        return None
    message = f"sizeof({name[1]}) is the size of a pointer, and not that of a {found[2]}."
    why = "A function gets the address of an array, and not the array."
    fix = f"Write sizeof({found[2]}), or give the size as another parameter."
    return "size-of-pointer", message, why, fix


_KNOWN: tuple[tuple[str, Callable[[str, str], Words | None]], ...] = (
    ("string-compare", _string),
    ("parentheses", _assignment),
    ("int-conversion", _conversion),
    ("incompatible-pointer-types", _types),
    ("return-type", _return),
    ("uninitialized", _uninitialised),
    ("sometimes-uninitialized", _uninitialised),
    ("unused-comparison", _comparison),
    ("incompatible-pointer-types-discards-qualifiers", _qualifiers),
    ("multichar", _characters),
    ("int-to-void-pointer-cast", _narrow_address),
    ("int-to-pointer-cast", _narrow_address),
    ("pointer-integer-compare", _compared_pointer),
    ("tautological-constant-out-of-range-compare", _out_of_range),
    ("tautological-unsigned-zero-compare", _unsigned),
    ("sizeof-array-argument", _size_of_parameter),
)
