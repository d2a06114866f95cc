"""The functions of a C text that need not be finished: where each begins and ends."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FUNCTION = re.compile(
    r"^(?:SEC\([^)]*\)[ \t]*)?(?P<head>[A-Za-z_][\w\s*]*?\b(?P<name>\w+)\s*\([^;{}]*\))\s*\{", re.M
)
_PROBE = re.compile(r"\b(TRACEPOINT_PROBE|RAW_TRACEPOINT_PROBE)\s*\(([^()]*)\)\s*\{")
_NO_FUNCTION = ("if", "for", "while", "switch")
_SECTION = re.compile(r'SEC\(\s*"([\w.]+)[^"]*"\s*\)\s*$')


@dataclass(frozen=True)
class Function:
    """A function of the cell.

    Attributes:
        name: the function's.
        head: its type and its parameters, as written.
        start, body, end: where in the text it begins, its body begins, and it ends.
        section: the first word of its section, without its hook; empty in BCC's dialect.
    """

    name: str
    head: str
    start: int
    body: int
    end: int
    section: str


def functions_of(code: str) -> dict[str, Function]:
    """Return the functions of *code*, which has no comments, by name."""
    found = {}
    for each in _FUNCTION.finditer(code):
        if each["name"] in _NO_FUNCTION:
            continue
        section = _SECTION.search(code, 0, each.start("head"))
        found[each["name"]] = Function(
            each["name"],
            " ".join(each["head"].split()),
            each.start(),
            each.end(),
            closed(code, each.end()),
            section[1] if section else "",
        )
    for each in _PROBE.finditer(code):  # a function by the name that the macro gives it
        words = [each[1].removesuffix("_PROBE").lower(), *re.findall(r"\w+", each[2])]
        name = "__".join(words)
        head, end = each[0].rstrip("{ \n"), closed(code, each.end())
        found[name] = Function(name, head, each.start(), each.end(), end, "")
    return found


def closed(code: str, start: int) -> int:
    """Return where the block that is open at *start* ends: at the end of an unfinished text."""
    depth = 1
    for brace in re.finditer(r"[{}]", code[start:]):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return start + brace.end()
    return len(code)
