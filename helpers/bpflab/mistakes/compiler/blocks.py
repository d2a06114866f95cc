"""Braces that are missing or too many, and lines outside of every function."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes.compiler.case import Case, Rules

_CLOSED = "Each opening brace needs a closing one."


def unclosed(case: Case) -> Place | None:
    """Return the line of a brace that another one closes, which is indented less."""
    open_: list[Place] = []
    for place, line in zip(case.source.lines, case.declared.code.split("\n"), strict=False):
        for brace in re.findall(r"[{}]", line):
            if brace == "{":
                open_.append(place)
            elif open_:
                begun = open_.pop()
                if line.lstrip().startswith("}") and _indent(place.text) < _indent(begun.text):
                    return begun
    return open_[-1] if open_ else None


def _indent(text: str) -> int:
    return len(text.expandtabs(8)) - len(text.expandtabs(8).lstrip())


def _brace(case: Case) -> LabError:
    """A closing brace is missing, which is found only at the end."""
    if case.also("to match this", "") == [] and "{" in case.line:
        why = f"The compiler says: {case.fault.text}."
        fix = "Write .field = value for each field, with commas between them."
        return case.error("syntax", "This list of values is not C.", why, fix)
    begun = unclosed(case)
    also = [(begun, "this brace is not closed")] if begun and begun != case.fault.place else []
    fix = "Write } where the block ends."
    return case.error("syntax", "A closing brace is missing.", _CLOSED, fix, also=also)


def index(case: Case) -> int:
    """Return the number of the learner's line, from 0."""
    return case.source.lines.index(case.fault.place) if case.fault.place else 0


def _outside(case: Case) -> LabError | None:
    """A statement stands where a declaration is expected, outside of every function."""
    lines = case.source.lines
    at = index(case)
    above = next((lines[n] for n in range(at - 1, -1, -1) if lines[n].text.strip()), None)
    if above and re.search(r"//.*\\\s*$", above.text):
        return case.error(
            "syntax",
            "The comment above goes on: it ends with a backslash.",
            "A backslash at the end joins the next line to it, in a comment, too.",
            "Remove the backslash.",
            place=above,
            also=(
                [(case.fault.place, "here the compiler lacks what the comment covers")]
                if case.fault.place
                else []
            ),
        )
    for back in range(at - 1, max(at - 6, -1), -1):
        if re.search(r"//.*\\\s*$", lines[back].text):
            also = (
                [(case.fault.place, "here the compiler lacks what the comment covers")]
                if case.fault.place
                else []
            )
            return case.error(
                "syntax",
                "This comment goes on in the next line: it ends with a backslash.",
                "A backslash at the end joins the next line to it, in a comment, too.",
                "Remove the backslash.",
                place=lines[back],
                also=also,
            )
    if case.line.startswith("{") and above and above.text.rstrip().endswith(";"):
        return case.error(
            "syntax",
            "The head of a function ends with a semicolon.",
            "With it the line is a declaration, and the braces belong to nothing.",
            "Remove the semicolon.",
            place=above,
        )
    depth = len(re.findall(r"\{", "\n".join(case.declared.code.split("\n")[:at])))
    depth -= len(re.findall(r"\}", "\n".join(case.declared.code.split("\n")[:at])))
    if depth <= 0 and re.match(r"(return|if|for|while|else|[a-z_]\w*\s*(=|\+\+|\()|\})", case.line):
        return case.error(
            "syntax",
            "This line stands outside of every function.",
            "A closing brace above ends the function too early.",
            "Remove the brace that is too much, or open one for the block above.",
        )
    return None


def _nested(case: Case) -> LabError:
    begun = unclosed(case)
    if begun and case.fault.place and case.source.lines.index(begun) < index(case):
        also = [(begun, "this brace is not closed")]
        return case.error(
            "syntax",
            "A function begins inside of another one: a closing brace is missing above.",
            _CLOSED,
            "Write } where the block above ends.",
            also=also,
        )
    return case.error(
        "syntax",
        "A function is defined inside of another one.",
        "C has no functions within functions.",
        "Move it above, and write static in front.",
    )


RULES: Rules = (
    (r"expected '\}'", _brace),
    (r"function definition is not allowed here", lambda c: _nested(c)),
    (r"expected identifier or '\('", _outside),
)
