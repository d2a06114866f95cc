"""The functions of a C text that need not be finished: where each begins and ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_HEAD = re.compile(r"(?P<type>[A-Za-z_][\w\s*]*?[\s*])(?P<name>\w+)\s*\((?P<inside>[^;{}]*)\)\s*\Z")
_PROBE = re.compile(r"\b(?P<name>(?:RAW_)?TRACEPOINT_PROBE)\s*\((?P<inside>[^(){};]*)\)\s*\Z")
_SECTION = re.compile(r'SEC\(\s*"([\w.]+)')
_DIRECTIVE = re.compile(r"^[ \t]*#.*$", re.M)
_NO_FUNCTION = ("if", "for", "while", "switch")
_LONGEST = 500  # characters of a head: a regular expression must not be given a whole text


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
    """Return the functions of *code*, which has no comments, by name.

    One whose last brace is missing ends where the next one begins.
    """
    found = list(_begun(_DIRECTIVE.sub(lambda line: " " * len(line[0]), code)))
    ends = [*(each.start for each in found[1:]), len(code)]
    return {
        each.name: replace(each, end=min(each.end, limit))
        for each, limit in zip(found, ends, strict=False)  # there is one limit if there is none
    }


def closed(code: str, start: int) -> int:
    """Return where the block that is open at *start* ends: at the end of an unfinished text."""
    depth = 1
    for brace in re.finditer(r"[{}]", code[start:]):
        depth += 1 if brace[0] == "{" else -1
        if not depth:
            return start + brace.end()
    return len(code)


def _begun(code: str) -> Iterator[Function]:
    before = 0  # where the last statement or block has ended
    for sign in re.finditer(r"[;{}]", code):
        if sign[0] == "{":
            start = max(before, sign.start() - _LONGEST)
            text = code[start : sign.start()]
            if found := _PROBE.search(text) or _head(text):
                yield _function(found, start, sign.end(), code)
        before = sign.end()


def _function(found: re.Match[str], start: int, body: int, code: str) -> Function:
    name, section = found["name"], _SECTION.search(found.string)
    if name.endswith("TRACEPOINT_PROBE"):  # the macro gives it another name
        macro = name.removesuffix("_PROBE").lower()
        name = "__".join([macro, *re.findall(r"\w+", found["inside"])])
    return Function(
        name,
        " ".join(found[0].split()),
        start + found.start(),
        body,
        closed(code, body),
        section[1] if section else "",
    )


def _head(text: str) -> re.Match[str] | None:
    """Return the head of a function at the end of *text*: it begins at the beginning of a line."""
    lines = [0, *(each.end() for each in re.finditer("\n", text))]
    for start in reversed(lines):
        plain = text[start:]
        marked = re.match(r"SEC\([^)]*\)[ \t]*", plain)
        found = _HEAD.match(text, start + (marked.end() if marked else 0))
        if found and found["name"] not in _NO_FUNCTION:
            return found
    return None
