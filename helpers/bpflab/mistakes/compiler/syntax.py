"""Words and signs that C does not expect: semicolons, brackets, the head of a function."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.blocks import index
from bpflab.mistakes.compiler.case import Case, Rules, says

_TYPES = ("u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "uint32_t", "uint64_t", "size_t")


def _semicolon(case: Case, after: str) -> LabError | None:
    place = case.fault.place
    if re.search(r"\bfor\b", case.line) and "for" in after:
        message = "The head of this loop does not have two semicolons."
        return case.error("syntax", message, "", "Write for (int i = 0; i < 10; i++).")
    if after == "top level declarator" and re.match(r"(def|fn|func|function)\b", case.line):
        return no_function(case)
    if "=" in case.line and after == "at end of declaration list":
        why = "A struct declares a type; a variable of it gets the values."
        fix = "Remove the = and what follows it."
        return case.error("syntax", "A field of a struct has no value of its own.", why, fix)
    code = case.declared.code.split("\n")[index(case)] if place else ""
    before = code[: max(case.fault.column - 1, 0)].rstrip()
    last = re.search(r"[\w.\]]+$|\S$", before)
    fix = f"Write ; behind {last[0]}." if last else "Write ;."
    if len(before) >= len(code.rstrip()):
        fix = "Write ; at the end of this line."
    if before.endswith(","):
        fix = "Write ; in place of the comma."
    after = code[len(before) :].strip()
    if after.startswith(":="):
        return case.error("syntax", ":= is not an operator of C.", "", "Write =.")
    if last and last[0] in _TYPES and re.match(r"\w+\s*[=;,\[]", after):
        message = f"{last[0]} follows another type, so it is read as a name."
        return case.error("syntax", message, "", f"Write one type: {last[0]}.")
    why = f"The compiler says: {case.fault.text}."
    return case.error("syntax", "A semicolon is missing.", why, fix)


def _bracket(case: Case, sign: str) -> LabError | None:
    if "[" in case.line and any("brackets are not allowed here" in d.text for d in case.all):
        return None
    word = re.search(r"\b(and|or|not)\b", case.declared.code.split("\n")[index(case)])
    if word:
        sign_of = {"and": "&&", "or": "||", "not": "!"}[word[1]]
        return case.error("syntax", f"{word[1]} is not a word of C.", "", f"Write {sign_of}.")
    place, column = case.fault.place, case.fault.column
    text = place.text if place else ""
    here = re.match(r'"[^"]*"|[\w&*]+', text[column - 1 :]) if column else None
    before = re.search(r'("[^"]*"|\w+|\S)\s*$', text[: column - 1]) if column else None
    if sign == ")" and here and before:
        why = f"The compiler says: {case.fault.text}."
        message = "A comma, an operator or a closing ) is missing."
        fix = f"Write it between {before[1]} and {here[0]}."
        return case.error("syntax", message, why, fix)
    opened = case.also("to match this", "to match the bracket on this line")
    return case.error(
        "syntax",
        f"A closing {sign} is missing.",
        f"The compiler says: {case.fault.text}.",
        f"Write {sign} where the expression ends.",
        also=opened,
    )


def no_function(case: Case) -> LabError:
    """Return the refusal of a function whose head is not C."""
    above = case.source.lines[max(index(case) - 1, 0)]
    if re.match(r"[\w ]+[\w*]\s*\([^()]*\)\s*$", above.text) and not case.line.startswith("{"):
        message = "The body of this function does not begin with a brace."
        fix = "Write { below this line, and } at the end of the function."
        return case.error("syntax", message, "", fix, place=above)
    return case.error(
        "syntax",
        "This is not how a function begins in C.",
        "It begins with the type of its result: int hook(void *ctx), and its body stands in"
        " braces.",
        "Write int hook(void *ctx) and { below.",
    )


def _if(case: Case, word: str) -> LabError:
    return case.error(
        "syntax",
        f"The condition of {word} must stand in ( ).",
        "",
        f"Write {word} (…) and braces around what follows.",
    )


def _clang(case: Case, text: str) -> LabError:
    return case.error(
        "syntax", f"The compiler says: {text}.", "", "Look at this line and the one above."
    )


RULES: Rules = (
    (r"(?<!un)expected (?:';'|\";\") (.*)", _semicolon),
    (r"(?<!un)expected ';'()$", _semicolon),
    (
        r"extraneous closing brace",
        says(
            "syntax",
            "There is one closing brace too many.",
            "It closes nothing.",
            "Remove it, or open the block that it ends.",
        ),
    ),
    (r"expected '([\])])'", _bracket),
    (r"expected '\(' after '(\w+)'", _if),
    (
        r"expected ':'",
        says(
            "syntax",
            "A colon is missing.",
            "An expression with ? has two values: a ? b : c. A label and a case end with a colon.",
            "Write : and what belongs behind it.",
        ),
    ),
    (r"expected function body after function declarator", no_function),
    (
        r"expected \"FILENAME\" or <FILENAME>",
        says(
            "syntax", "The name of a header stands in <…>.", "", "Write #include <linux/sched.h>."
        ),
    ),
    (
        r"unterminated conditional directive",
        says("syntax", "This #if has no #endif.", "", "Write #endif where its part ends."),
    ),
    (
        r"unterminated /\* comment",
        says("syntax", "This comment does not end.", "", "Write */ at its end."),
    ),
    (
        r"invalid suffix '([^']*)' on",
        says(
            "syntax",
            "This is not how a number is written.",
            "The compiler does not know {0} in it.",
            "Write digits, or 0x and digits from 0 to f.",
        ),
    ),
    (
        r"invalid digit '(.)' in octal",
        says(
            "syntax",
            "A number that begins with 0 is octal: {0} is no digit of it.",
            "",
            "Remove the 0 in front.",
        ),
    ),
    (
        r"use of undeclared label '(\w+)'",
        says(
            "label",
            "There is no label {0}.",
            "goto jumps to a name with a colon after it, in the same function.",
            "Write {0}: in front of the statement to go to.",
        ),
    ),
    (
        r"duplicate case value",
        lambda c: c.error(
            "syntax",
            "This value has a case already.",
            "",
            "Remove one of them.",
            also=c.also("previous case", "the first one"),
        ),
    ),
    (
        r"'(\w+)' statement not in (?:loop|switch)",
        says(
            "syntax",
            "{0} stands outside of a loop or a switch.",
            "",
            "Write return 0; to end the program, or remove it.",
        ),
    ),
)
LAST: Rules = ((r"(.*expected.*)", _clang),)
