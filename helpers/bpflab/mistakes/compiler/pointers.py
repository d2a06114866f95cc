"""A pointer for a value, a value for its address."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules

_POINTER = re.compile(r"\b(\w+)\.(lookup|lookup_or_try_init|lookup_or_init|ringbuf_reserve)\s*\(")
_DECLARED = re.compile(r"^\s*((?:struct |union )?\w+)\s+(\w+)\s*=")


def _no_pointer(case: Case, *types: str) -> LabError | None:
    """A lookup's pointer is kept in a variable that is none."""
    call, declared = _POINTER.search(case.line), _DECLARED.match(case.line)
    if not call or not declared or "*" in case.line.split("=")[0]:
        return None
    if "dereference with *" not in case.fault.text and f"= *{call[0]}" not in _squeezed(case.line):
        return None
    type, name = declared.groups()
    return case.error(
        "type",
        f"{call[1]}.{call[2]} gives a pointer, and {name} is not a pointer.",
        f"It points to the {type} in the map, or is NULL.",
        f"Declare {type} *{name}, check it (if (!{name}) return 0;), and write *{name} for the"
        " value" + (f" or {name}-> for a field." if type.startswith(("struct", "union")) else "."),
    )


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _read_at_once(case: Case, *types: str) -> LabError | None:
    """``u64 v = *seen.lookup(&k);``: BCC's call gives a void *."""
    found = re.search(r"\*\s*((\w+)\.lookup\s*\([^;]*\))", case.line)
    if not found:
        return None
    return case.error(
        "type",
        f"The result of {found[2]}.lookup is read without a check.",
        "lookup gives a pointer, which is NULL where the map has no entry.",
        f"Keep it first: u64 *value = {found[1]}; if (!value) return 0; and then read *value. "
        "(u64 stands for the type of the map's values.)",
    )


def _address(case: Case, given: str, wanted: str = "") -> LabError:
    """``&`` is missing in front of an argument."""
    argument = re.sub(r"^\W+|[\s~^]+$", "", case.fault.marked) or "the variable"
    if given.startswith("struct ") and given.endswith("_table_t"):
        why = "A method is called on the map's own name, and BCC writes the call of the helper."
        fix = (
            "A map cannot be an argument: call its methods here, or write a #define in place of the"
            " function."
        )
        return case.error("type", f"The map {argument} cannot be given to a function.", why, fix)
    return case.error(
        "type",
        f"The value of {argument} is given where its address is wanted.",
        "The kernel reads a key, a value or an event at its address.",
        f"Write &{argument}.",
    )


def _incompatible(case: Case, text: str) -> LabError:
    passed = re.search(
        r"passing '([^']+)'(?: \(aka '[^']+'\))? to parameter of (?:incompatible )?type '([^']+)'",
        text,
    )
    whole = passed and passed[1].startswith(("struct ", "union ")) and "*" not in passed[1]
    if passed and "*" in passed[2] and ("take the address with &" in text or whole):
        return _address(case, passed[1])
    if "with an expression of incompatible type 'void'" in text:
        return _read_at_once(case) or _no_result(case)
    return _no_pointer(case) or _mixed(case, text)


def _mixed(case: Case, text: str) -> LabError:
    """A value of one type stands where another type is wanted."""
    found = re.findall(r"'([^']+)'", re.sub(r" \(aka '[^']*'\)", "", text))
    passed = text.startswith("passing")
    given, wanted = (found[0], found[-1]) if passed else (found[-1], found[0])
    fix = "Use a value of that type."
    if wanted.startswith("struct ") and re.search(r"=\s*(?:NULL|0)\s*;", case.line):
        fix = "Write = {} to clear a struct."
    elif wanted.startswith("struct "):
        fix = f"Declare a variable of {wanted}, fill its fields, and use that variable."
    if given.startswith(("struct ", "union ")) and "*" not in given:
        fix = "Use one of its fields: a dot and the field's name behind it."
    return case.error(
        "type",
        f"A {wanted} is wanted here, and this is a {given}.",
        f"The compiler says: {text}.",
        fix,
    )


def _no_result(case: Case) -> LabError:
    return case.error(
        "type",
        "The function on the right gives no value: its type is void.",
        "",
        "Call it alone, or let it return a value.",
    )


def _integer(case: Case, text: str) -> LabError | None:
    """A pointer and a number are mixed; newer compilers refuse what older ones warn of."""
    if "take the address with &" in text and "to parameter" in text:
        return _address(case, "")
    if found := _no_pointer(case):
        return found
    if "dereference with *" in text:
        name = re.sub(r"[\s~^=]+$", "", case.fault.marked)
        return case.error(
            "type",
            "A pointer is used as a number.",
            f"The compiler says: {text}.",
            (
                "Write * in front of it to read what it points to, once it is checked."
                if not name
                else (
                    "Write * in front of the pointer to read what it points to, once it is checked."
                )
            ),
        )
    if helper := re.search(r"expression of type '[^']*\(\*?\)?\(([^']*)\)'", text):
        call = re.search(r"(bpf_\w+)\s*[;,)]", case.line)
        if call:
            return case.error(
                "type",
                f"{call[1]} is not called: its address is taken.",
                "",
                f"Write {call[1]}({'…' if helper[1] not in ('', 'void') else ''}).",
            )
    if "'char[" in text or "const char" in text:
        return case.error(
            "type",
            "A text is used as a number.",
            "A text in quotes is an address in C.",
            "Give the field or variable the type char[N], or write a number.",
        )
    return case.error(
        "type",
        "A pointer and a number are mixed.",
        f"The compiler says: {text}.",
        "Make both sides of one type. To read memory at an address, use bpf_probe_read_user or"
        " _kernel.",
    )


def _indirection(case: Case, type: str) -> LabError:
    if re.search(r"[\w)]\s*\*\*\s*[\w(]", case.line):
        message, fix = "** is not an operator of C.", "Multiply, or shift: 1 << 3 is 8."
        return case.error("syntax", message, "", fix)
    name = re.search(r"\*\s*(\w+)", case.fault.marked or case.line)
    what = name[1] if name else "This"
    return case.error(
        "type",
        f"{what} is not a pointer: it has the type {type}.",
        "A * in front reads what a pointer points to.",
        f"Write {what} alone, or declare it as a pointer.",
    )


def _rvalue(case: Case, type: str) -> LabError:
    found = re.search(r"&\s*(\w+\s*\([^()]*\)|\(*\([\w\s*]+\)\s*[\w.>-]+\)*|\d+)", case.line)
    value = _bare(found[1]) if found else ""
    type = type if re.fullmatch(r"[su]\d+|\w*int\w*|long", type) else "u64"
    return case.error(
        "address",
        f"{value or 'This value'} has no address: it is not stored anywhere.",
        "Only a variable has one.",
        f"Keep it first: {type} value = {value or '…'}; and write &value.",
    )


def _bit_field(case: Case) -> LabError:
    found = re.search(r"&\s*([\w.>-]+\w)", case.fault.marked or case.line)
    name = found[1] if found else "This field"
    return case.error(
        "address",
        f"{name} is a bit-field, which has no address.",
        "An address is that of a byte, and a bit-field may begin within one.",
        f"Keep its value first: u32 value = {name if found else '…'}; and write &value.",
    )


def _bare(text: str) -> str:
    """Return an expression without brackets around it, and without those it does not open."""
    while text.count(")") > text.count("("):
        text = text.removesuffix(")")
    whole = re.fullmatch(r"\((\([^()]+\)[^()]*)\)", text)
    return whole[1] if whole else text


RULES: Rules = (
    (r"indirection requires pointer operand \('([^']+)'", _indirection),
    (r"address of bit-field requested", _bit_field),
    (r"cannot take the address of an rvalue of type '([^']+)'", _rvalue),
    (
        r"incompatible (?:integer|pointer) to (?:integer|pointer) conversion",
        lambda c: _integer(c, c.fault.text),
    ),
    (r"(.*incompatible.*)", _incompatible),
    (r"(.*passing '[^']+' to parameter.*)", _incompatible),
)
