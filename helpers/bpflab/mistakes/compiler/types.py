"""Values of the wrong type for an operator, a condition or a result."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules, says


def _operands(case: Case, left: str, right: str) -> LabError:
    if left.startswith(("struct", "union")) and left == right:
        why = "C has operators for numbers and pointers only."
        fix = "Compare the fields one by one."
        return case.error("type", "Structs cannot be compared or added.", why, fix)
    if "char" in left and "char" in right:
        why = "A text is an array of characters."
        fix = "Send the parts as fields of the event, and join them in Python."
        return case.error("type", "Texts cannot be added in C.", why, fix)
    if left.endswith("*") != right.endswith("*"):
        pointer = left if left.endswith("*") else right
        name = _pointer_of(case, pointer)
        why = f"It is the address of a {pointer.rstrip(' *')}, not its value."
        fix = f"Write *{name} for the value that it points to, once it is not NULL."
        return case.error("type", f"This line calculates with a pointer: {name}.", why, fix)
    return case.error(
        "type",
        f"This operator does not go with {left} and {right}.",
        "",
        "Use numbers, or a field of the struct.",
    )


def _pointer_of(case: Case, type: str) -> str:
    """Return the variable of this line that is declared as a pointer."""
    for name in re.findall(r"\b[A-Za-z_]\w*\b", case.line):
        if re.search(rf"\b{re.escape(type.rstrip(' *'))}\s*\*+\s*{name}\b", case.declared.code):
            return str(name)
    return "the pointer"


def _scalar(case: Case, type: str) -> LabError:
    """A struct stands where a number is wanted."""
    name = re.search(r"[!(]\s*(\w+)\s*\)", case.line)
    what = name[1] if name else "This"
    declared = re.search(
        rf"\b{re.escape(type)}\s+{re.escape(what)}\s*=\s*\*?\s*\w+\.(lookup|ringbuf_reserve)",
        case.declared.code,
    )
    if declared:
        place = case.declared.place(declared.start())
        return case.error(
            "type",
            f"{what} is a copy of a {type}, not a pointer.",
            f"{declared[1]} gives a pointer, which can be NULL.",
            f"Declare {type} *{what}, without * in front of the lookup.",
            place=place,
            also=(
                [(case.fault.place, "it is checked here")]
                if case.fault.place and case.fault.place != place
                else []
            ),
        )
    return case.error(
        "type",
        f"{what} has the type {type}, which is neither true nor false.",
        "",
        "Compare one of its fields.",
    )


def _const(case: Case, name: str) -> LabError:
    return case.error(
        "const",
        f"{name} is declared const, so it cannot be changed.",
        "",
        "Remove const from its declaration.",
        also=case.also("declared const here", "it is declared here"),
    )


def _incompatible_return(case: Case, given: str, wanted: str) -> LabError:
    if given == "void" and re.search(r"return\s+\*\w+", case.line):
        return case.error(
            "type",
            "What a void * points to cannot be read.",
            "A void * says nothing about it.",
            "Declare it as a pointer to a type.",
        )
    if given == "void":
        return case.error(
            "type",
            "The function that is called returns nothing.",
            "",
            "Let it return a value, or call it on a line of its own.",
        )
    return case.error(
        "type",
        f"The function returns {wanted}, and this is {given}.",
        "",
        "Return a number; a program returns 0 as a rule.",
    )


RULES: Rules = (
    (r"invalid operands to binary expression \('([^']+)'.* and '([^']+)'", _operands),
    (r"requires expression of scalar type \('([^']+)'", _scalar),
    (r"invalid argument type '((?:struct|union) [^']+)' to unary expression", _scalar),
    (r"used type '((?:struct|union) [^']+)' where arithmetic", _scalar),
    (r"cannot assign to variable '(\w+)' with const-qualified", _const),
    (
        r"(?:cannot assign to|read-only variable)",
        says(
            "const",
            "This cannot be changed: it is constant.",
            "The compiler says what is const: see the whole log.",
            "Copy it into a variable, and change that.",
        ),
    ),
    (
        r"returning '([^']+)'.* from a function with (?:incompatible )?result type '([^']+)'",
        _incompatible_return,
    ),
    (
        r"expression is not assignable",
        says(
            "assign",
            "What stands on the left of = cannot be assigned.",
            "Only a variable, a field or an element of an array can.",
            "Write the variable on the left; == compares.",
        ),
    ),
    (
        r"initializer element is not a compile-time constant",
        says(
            "constant",
            "A variable outside of a function can only begin with a constant.",
            "Nothing runs before the program does.",
            "Declare it in the function, and assign it there.",
        ),
    ),
    (
        (
            r"fields must have a constant size|array declaration not allowed at file scope|array"
            r" size .*constant"
        ),
        says(
            "constant",
            "The length of this array must be a constant.",
            "",
            "Write a number, or a #define.",
        ),
    ),
    (
        r"declared as an array with a negative size",
        says("constant", "The length of this array is negative.", "", "Write a positive number."),
    ),
    (
        r"operand of type '([^']+)' .*cannot|cast .*type '([^']+)'",
        lambda c, *t: c.error(
            "type",
            "This cannot be converted.",
            f"The compiler says: {c.fault.text}.",
            "Use a number or a pointer.",
        ),
    ),
)
