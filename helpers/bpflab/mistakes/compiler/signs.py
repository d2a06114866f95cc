"""Directives, characters and quotes that C does not know."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.case import Case, Rules, says

_DIRECTIVES = (
    "include",
    "define",
    "undef",
    "ifdef",
    "ifndef",
    "if",
    "elif",
    "else",
    "endif",
    "pragma",
)


def _directive(case: Case) -> LabError:
    word = re.match(r"#\s*(\w*)", case.line)
    name = word[1] if word else ""
    close = difflib.get_close_matches(name, _DIRECTIVES, 1, 0.7)
    if close:
        return case.error(
            "syntax", f"There is no directive #{name}.", "", f"Did you mean #{close[0]}?"
        )
    return case.error(
        "syntax",
        "A line that begins with # is a directive of the compiler's.",
        "It is no comment in C.",
        "Write // in front of a comment.",
    )


def _character(case: Case, code: str) -> LabError:
    number = int(code, 16)
    sign = chr(number)
    if sign in "\u201c\u201d\u201e\u00ab\u00bb":
        return case.error(
            "syntax",
            f"{sign} is no quotation mark of C.",
            "A text editor or a web page has put it there.",
            'Write ".',
        )
    if sign in "\u2018\u2019":
        return case.error(
            "syntax",
            f"{sign} is no quotation mark of C.",
            "A text editor or a web page has put it there.",
            "Write '.",
        )
    if sign in "\u2013\u2014\u2212":
        return case.error(
            "syntax",
            f"{sign} is no minus of C.",
            "A text editor or a web page has put it there.",
            "Write -.",
        )
    return case.error(
        "syntax",
        f"The character U+{code} cannot stand here.",
        "Outside of texts and comments C takes letters, digits and ASCII signs.",
        "Remove it, or type the line anew.",
    )


def _define(case: Case) -> LabError | None:
    found = case.fault.note(r"expanded from macro '(\w+)'")
    place = found[1].place if found else None
    if found and place and place.text.rstrip().endswith(";"):
        also = [(case.fault.place, "it is used here")] if case.fault.place else []
        return case.error(
            "syntax",
            f"The macro {found[0][1]} ends with a semicolon.",
            "A macro is put in as it is written, with its semicolon.",
            "Remove the semicolon from the #define.",
            place=place,
            also=also,
        )
    return None


RULES: Rules = (
    (
        r"\\([uUx]) used with no following hex digits|incomplete universal character name",
        says(
            "syntax",
            "A backslash begins a special character in a text.",
            "",
            "Write \\\\ for a backslash.",
        ),
    ),
    (
        r"integer literal is too large",
        says("syntax", "This number needs more than 64 bits.", "", "Write a smaller one."),
    ),
    (r"unexpected ';' before", _define),
    (r"invalid preprocessing directive", _directive),
    (r"(?:unexpected character|character) <U\+([0-9A-F]+)>", _character),
)
