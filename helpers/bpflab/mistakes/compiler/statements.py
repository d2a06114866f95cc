"""Statements that stand where they cannot: labels, cases, loops."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.compiler.blocks import index
from bpflab.mistakes.compiler.case import Case, Rules


def _expression(case: Case) -> LabError | None:
    """Something stands where a value is expected."""
    line = case.line
    if any("missing terminating" in d.text and d.place == case.fault.place for d in case.all):
        after = case.source.lines[index(case) + 1 : index(case) + 2]
        if after and re.match(r'\s*"', after[0].text):
            return case.error(
                "syntax",
                "A line ends within a text in quotes.",
                'In a text of Python \\n is a new line, unless r stands in front: r"""…""".',
                'Write text=r"""…""" in Python, or \\\\n for each \\n.',
                also=[(after[0], "the text in quotes ends here")],
            )
        return case.error(
            "syntax",
            "The text in quotes does not end on this line.",
            "",
            'Write " at its end; \\n stands for a new line.',
        )
    if line.startswith("else"):
        return case.error(
            "syntax",
            "This else belongs to no if.",
            "An if without braces has one statement: the second line above is outside of it.",
            "Put braces around the statements of the if.",
        )
    if line.rstrip().endswith("):"):
        return case.error(
            "syntax",
            "A colon stands where a block begins.",
            "C has braces for it.",
            "Write { in its place, and } at the end.",
        )
    lines = case.source.lines
    at = index(case)
    above = next((lines[n] for n in range(at - 1, -1, -1) if lines[n].text.strip()), None)
    label = above and re.match(r"\s*(case\b.*|default\s*|\w+\s*):\s*$", above.text)
    if label and re.match(r"(struct |const |unsigned )?\w+\s+\**\w+\s*(=|;|\[)", line):
        return case.error(
            "syntax",
            "A declaration comes directly after a label.",
            "Until C23 a statement must come after a label.",
            "Declare the variable above the switch, or put braces around the case.",
        )
    if assigned := re.search(r"(\w+)\s*=\s*\{", line):
        name = assigned[1]
        why = "A list of values in braces sets a variable only where it is declared."
        fix = (
            f"Write {name} = (struct name){{ … }}, with the name of its struct, or set each field."
        )
        return case.error("syntax", f"{name} cannot be assigned a list in braces.", why, fix)
    if "::" in line:
        return case.error(
            "syntax", ":: is C++, and this is C.", "", "Use a struct and char arrays."
        )
    return None


def _statement(case: Case) -> LabError:
    return case.error(
        "syntax",
        "A label stands at the end of a block.",
        "A statement must come after it.",
        "Write ; after the label, or return 0;.",
    )


def _constant(case: Case, *groups: str) -> LabError:
    if case.line.startswith("case"):
        return case.error(
            "constant",
            "The value after case must be a constant.",
            "",
            "Use if (x == y) for a variable.",
        )
    return case.error(
        "constant",
        "A constant is expected here.",
        f"The compiler says: {case.fault.text}.",
        "Write a number, or a #define.",
    )


def _switch(case: Case, type: str) -> LabError:
    fix = "Compare with if, a text character by character." if "char" in type else "Use a number."
    return case.error("type", f"A switch takes a number, and this is {type}.", "", fix)


RULES: Rules = (
    (r"expected expression", _expression),
    (r"expected statement", _statement),
    (r"not an integer constant expression|must have integer type", _constant),
    (r"statement requires expression of integer type \('([^']+)'", _switch),
)
