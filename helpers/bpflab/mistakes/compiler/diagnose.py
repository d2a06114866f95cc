"""What the compiler printed, as one fault at the learner's own line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from bpflab.errors import LabError
from bpflab.mistakes.compiler import (
    arithmetic,
    arrays,
    backend,
    blocks,
    calls,
    functions,
    headers,
    incomplete,
    machine,
    macros,
    maps,
    members,
    names,
    pointers,
    signs,
    stack,
    statements,
    syntax,
    twice,
    type_names,
    types,
)
from bpflab.mistakes.compiler.case import Case, Explain, says
from bpflab.mistakes.compiler.diagnostics import Diagnostic, parse, same_text
from bpflab.mistakes.rule import safe_log
from bpflab.source import Source

_WARNING = re.compile(r"^(.+?):(\d+)(:\d+: (?:warning|note): .*)(\n)(.*)$", re.M)
_OF_A_LINE: tuple[Explain, ...] = (macros.array_type, macros.misspelt)
_ANY = says("compile", "The compiler says: {0}.", "", "Read the compiler's whole text in .log.")
_OF_MACROS = r"expected (?!';')|parameter list without types|must use"
RULES = (
    *headers.MISSING,
    *headers.WITHIN,
    *maps.RULES,
    *stack.RULES,
    *arithmetic.RULES,
    *backend.RULES,
    (_OF_MACROS, macros.macro_arguments),
    *functions.RULES,
    *names.RULES,
    *type_names.RULES,
    *twice.RULES,
    *members.RULES,
    *incomplete.RULES,
    *calls.RULES,
    *arrays.RULES,
    *types.RULES,
    *pointers.RULES,
    *blocks.RULES,
    *signs.RULES,
    *statements.RULES,
    *syntax.RULES,
    *syntax.LAST,
    (r"(.+)", _ANY),
)
"""Tried in order; the first that matches and answers names the fault."""


def diagnose(source: Source, printed: str, include: Path | None = None) -> LabError:
    """Return the fault behind what the compiler *printed* on its way out.

    *include* is the folder of the kernel's headers that it compiled against, to look in for what
    the text lacks.
    """
    found = parse(source, printed)
    fault = _first(found)
    error = _machine(source, printed, fault) if not fault or not fault.place else None
    error = error or (explain(source, fault, found, include) if fault else None)
    if error is None and not printed.strip():
        error = arithmetic.without_a_word(Case(source, Diagnostic("error", "")))
    if error is None:
        message = "The compiler stopped, for a reason that the lab does not know."
        error = LabError("compiler", message, fix="Read the compiler's whole text in .log.")
    error.log = safe_log(printed)
    return error


def explain(
    source: Source,
    fault: Diagnostic,
    found: Sequence[Diagnostic] = (),
    include: Path | None = None,
) -> LabError:
    """Return what an error or a warning of the compiler means; *found* are all that it printed."""
    case = Case(source, fault, found, include)
    for of_line in _OF_A_LINE:
        if fault.severity == "error" and (error := of_line(case)):
            return error
    for pattern, answer in RULES:
        matched = re.search(pattern, fault.text)
        if matched and (error := answer(case, *matched.groups())):
            return error
    raise AssertionError(fault)  # the last rule answers everything


def relocated(source: Source, printed: str) -> str:
    """Return the compiler's warnings at the learner's lines, which BCC's rewriting moves."""

    def moved(found: re.Match[str]) -> str:
        place = same_text(source, found[1], int(found[2]), found[5])
        return f"{found[1]}:{place.line if place else found[2]}{found[3]}{found[4]}{found[5]}"

    return _WARNING.sub(moved, printed)


def _first(found: Sequence[Diagnostic]) -> Diagnostic | None:
    """Return the first error at a learner's line; of what is expected there, the leftmost.

    Of ``unit32_t x = 0;`` clang misses a semicolon first, and then finds that there is no type.
    """
    errors = [one for one in found if one.severity == "error"]
    placed = [one for one in errors if one.place]
    if not placed:
        return errors[0] if errors else None
    beside = [one for one in placed if one.place == placed[0].place and one.column]
    if "expected" not in placed[0].text or not beside:
        return placed[0]
    return min(beside, key=lambda one: one.column)


def _machine(source: Source, printed: str, fault: Diagnostic | None) -> LabError | None:
    """Look for what the machine lacks, and for words that have no form of their own."""
    for pattern, answer in (*maps.RULES[:2], *machine.RULES):
        if matched := re.search(pattern, printed):
            return answer(Case(source, fault or Diagnostic("error", "")), *matched.groups())
    return None
