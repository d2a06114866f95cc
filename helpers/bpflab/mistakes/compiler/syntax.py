"""Words and signs that C does not expect: semicolons, braces, quotes, directives."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError, Place
from bpflab.mistakes.compiler.case import Case, Rules, says

_CLOSED = "Each opening brace needs a closing one."
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


def _semicolon(case: Case, after: str) -> LabError | None:
    place = case.fault.place
    if re.search(r"for", case.line) and "for" in after:
        message = "The head of this loop does not have two semicolons."
        return case.error("syntax", message, "", "Write for (int i = 0; i < 10; i++).")
    if after == "top level declarator" and re.match(r"(def|fn|func|function)", case.line):
        return _no_function(case)
    if "=" in case.line and after == "at end of declaration list":
        why = "A struct declares a type; a variable of it gets the values."
        fix = "Remove the = and what follows it."
        return case.error("syntax", "A field of a struct has no value of its own.", why, fix)
    text = place.text if place else ""
    at_end = case.fault.column > len(text.rstrip())
    comma = text[case.fault.column - 1 : case.fault.column] == ","
    fix = f"Write ; {'at the end of this line' if at_end else 'there'}."
    why = f"The compiler says: {case.fault.text}."
    return case.error(
        "syntax", "A semicolon is missing.", why, "Write ; in place of the comma." if comma else fix
    )


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
    begun = unclosed(case)
    also = [(begun, "this brace is not closed")] if begun and begun != case.fault.place else []
    fix = "Write } where the block ends."
    return case.error("syntax", "A closing brace is missing.", _CLOSED, fix, also=also)


def _bracket(case: Case, sign: str) -> LabError | None:
    if "[" in case.line and any("brackets are not allowed here" in d.text for d in case.all):
        return None
    word = re.search(r"\b(and|or|not)\b", case.declared.code.split("\n")[_index(case)])
    if word:
        sign_of = {"and": "&&", "or": "||", "not": "!"}[word[1]]
        return case.error("syntax", f"{word[1]} is not a word of C.", "", f"Write {sign_of}.")
    opened = case.also("to match this", "to match the bracket on this line")
    return case.error(
        "syntax",
        f"A closing {sign} is missing.",
        f"The compiler says: {case.fault.text}.",
        f"Write {sign} where the expression ends.",
        also=opened,
    )


def _index(case: Case) -> int:
    return case.source.lines.index(case.fault.place) if case.fault.place else 0


def _outside(case: Case) -> LabError | None:
    """A statement stands where a declaration is expected, outside of every function."""
    lines = case.source.lines
    at = _index(case)
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


def _expression(case: Case) -> LabError | None:
    """Something stands where a value is expected."""
    line = case.line
    if any("missing terminating" in d.text and d.place == case.fault.place for d in case.all):
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
    at = _index(case)
    above = next((lines[n] for n in range(at - 1, -1, -1) if lines[n].text.strip()), None)
    label = above and re.match(r"\s*(case\b.*|default\s*|\w+\s*):\s*$", above.text)
    if label and re.match(r"(struct |const |unsigned )?\w+\s+\**\w+\s*(=|;|\[)", line):
        return case.error(
            "syntax",
            "A declaration stands directly behind a label.",
            "Until C23 a label needs a statement behind it.",
            "Declare the variable above the switch, or put braces around the case.",
        )
    if "::" in line:
        return case.error(
            "syntax", ":: is C++, and this is C.", "", "Use a struct and char arrays."
        )
    return None


def _statement(case: Case) -> LabError:
    return case.error(
        "syntax",
        "A label stands at the end of a block.",
        "It must have a statement behind it.",
        "Write ; behind the label, or return 0;.",
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


def _constant(case: Case, *groups: str) -> LabError:
    if case.line.startswith("case"):
        return case.error(
            "constant",
            "What stands behind case must be a constant.",
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


def _no_function(case: Case) -> LabError:
    return case.error(
        "syntax",
        "This is not how a function begins in C.",
        "It begins with the type of its result: int hook(void *ctx), and its body stands in"
        " braces.",
        "Write int hook(void *ctx) and { below.",
    )


def _identifier(case: Case) -> LabError | None:
    return _outside(case)


def _if(case: Case, word: str) -> LabError:
    return case.error(
        "syntax",
        f"The condition of {word} stands in brackets.",
        "",
        f"Write {word} (…) and braces around what follows.",
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


def _clang(case: Case, text: str) -> LabError:
    return case.error(
        "syntax", f"The compiler says: {text}.", "", "Look at this line and the one above."
    )


def _unused(case: Case) -> LabError | None:
    return _brace(case)


RULES: Rules = (
    (r"(?<!un)expected (?:';'|\";\") (.*)", _semicolon),
    (r"(?<!un)expected ';'()$", _semicolon),
    (r"unexpected ';' before", _define),
    (r"expected '\}'", _brace),
    (r"function definition is not allowed here", lambda c: _nested(c)),
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
    (r"expected identifier or '\('", _outside),
    (r"expected '\(' after '(\w+)'", _if),
    (r"expected expression", _expression),
    (r"expected statement", _statement),
    (
        r"expected ':'",
        says(
            "syntax",
            "A colon is missing.",
            "An expression with ? has two values: a ? b : c. A label and a case end with a colon.",
            "Write : and what belongs behind it.",
        ),
    ),
    (r"expected function body after function declarator", _no_function),
    (r"invalid preprocessing directive", _directive),
    (
        r"expected \"FILENAME\" or <FILENAME>",
        says(
            "syntax", "The name of a header stands in <…>.", "", "Write #include <linux/sched.h>."
        ),
    ),
    (
        r"unterminated conditional directive",
        says("syntax", "This #if has no #endif.", "", "Write #endif behind what it is about."),
    ),
    (
        r"unterminated /\* comment",
        says("syntax", "This comment does not end.", "", "Write */ at its end."),
    ),
    (r"(?:unexpected character|character) <U\+([0-9A-F]+)>", _character),
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
            "goto jumps to a name with a colon behind it, in the same function.",
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
    (r"not an integer constant expression|must have integer type", _constant),
    (r"statement requires expression of integer type \('([^']+)'", _switch),
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


def _nested(case: Case) -> LabError:
    begun = unclosed(case)
    if begun and case.fault.place and case.source.lines.index(begun) < _index(case):
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
