"""What a learner's C calls things: arguments of a call, variables with their lengths, indices."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bpflab.errors import Place
from bpflab.source import Source

_COMMENT = re.compile(r"//.*|/\*.*?\*/")
_LITERAL = re.compile(r'"(?:\\.|[^"\\])*"')
_LINES = 8  # a statement over more lines is not read
SIZES = {
    **dict.fromkeys(("char", "u8", "s8", "__u8", "__s8", "bool", "uint8_t", "int8_t"), 1),
    **dict.fromkeys(("short", "u16", "s16", "__u16", "__s16", "__be16", "uint16_t", "int16_t"), 2),
    **dict.fromkeys(("int", "u32", "s32", "__u32", "__s32", "__be32", "uint32_t", "int32_t"), 4),
    **dict.fromkeys(("pid_t", "uid_t", "gid_t", "unsigned", "float"), 4),
    **dict.fromkeys(("long", "u64", "s64", "__u64", "__s64", "uint64_t", "int64_t", "size_t"), 8),
}
_SIGNED = re.compile(r"(?:signed |long |s\d+|__s\d+|int\d+_t|int|long|short|char|ssize_t|pid_t)")
_DECLARED = (
    r"(?<![\w.>])(?P<type>(?:(?:const|volatile|unsigned|signed|static|struct|union|long|short) +)*"
    r"\w+)(?P<star>[\s*]+)"
    r"(?P<before>(?:\**\w+\s*(?:\[[^\]]*\])?(?:\s*=[^;,]*)?,\s*)*)"  # others on the same line
    r"(?P<own>\**){name}\s*(?P<array>(?:\[[^\]]*\])*)\s*[;=,)]"
)
_LONGEST = 2000  # a longer line is no declaration to look through
_NO_TYPE = ("return", "goto", "else", "case", "sizeof", "struct", "union", "enum")


@dataclass(frozen=True)
class Variable:
    """A variable or a field as it is declared.

    Attributes:
        type: of it, or of its elements, without ``const`` and the like; a pointer ends with ``*``.
        size: bytes of that type, or 0 where it is not known.
        length: how many elements an array has; 0 where it is none, -1 where it is not known.
        place: the line of the declaration.
    """

    name: str
    type: str
    size: int
    length: int
    place: Place

    @property
    def bytes(self) -> int:
        """How many bytes it has, or 0 where that is not known."""
        return self.size * (self.length or 1) if self.length >= 0 else 0

    @property
    def is_signed(self) -> bool:
        """Whether it can be negative."""
        return bool(_SIGNED.fullmatch(self.type)) and "unsigned" not in self.type

    @property
    def is_pointer(self) -> bool:
        """Whether it is a pointer."""
        return self.type.endswith("*")


def statement(source: Source, place: Place) -> str:
    """Return the C that begins on a line, up to where its parentheses are closed."""
    text = ""
    at = source.lines.index(place)
    for one in source.lines[at : at + _LINES]:
        text += " " + _COMMENT.sub("", one.text)
        plain = _LITERAL.sub('""', text)
        if plain.count("(") <= plain.count(")"):
            break
    return text.strip()


def calls(text: str, name: str) -> list[tuple[str, list[str]]]:
    """Return each call in *text* whose function matches the pattern *name*, and its arguments."""
    found = []
    for call in re.finditer(rf"(?<![\w.>])({name})\s*\(", text):
        arguments, end = _split(text, call.end())
        if end:
            found.append((call[1], arguments))
    return found


def indexed(text: str) -> list[tuple[str, str]]:
    """Return what is indexed in *text*, and by what: ``e->path[n - 1]`` is ("e->path", "n - 1")."""
    found = []
    for start in re.finditer(r"([A-Za-z_][\w.]*(?:->[\w.]+)*)\[", _LITERAL.sub('""', text)):
        inner, end = _split(text, start.end(), "]")
        before = re.search(rf"\b(\w+)[ *]*[ ]{re.escape(start[1])}\[", text)
        if end and inner and not (before and before[1] not in _NO_TYPE):
            found.append((start[1], ", ".join(inner)))
    return found


def assigned(text: str) -> str:
    """Return the name of what a statement gives a value to, or nothing."""
    found = re.match(r"\s*(?:if\s*\(\s*\(?|while\s*\(\s*\(?)?(?:[\w ]+[ *]+)?(\w+)\s*=(?!=)", text)
    return found[1] if found else ""


def variable(source: Source, name: str, near: Place | None = None) -> Variable | None:
    """Return the declaration of a variable, the last one above *near*; or of a field."""
    name = re.split(r"->|\.", name)[-1]
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        return None
    declared = re.compile(_DECLARED.replace("{name}", name))
    last = None
    for place in source.lines:
        likely = name in place.text and len(place.text) <= _LONGEST
        for found in declared.finditer(_COMMENT.sub("", place.text)) if likely else ():
            if found["type"] not in _NO_TYPE:
                last = _variable(source, name, found, place)
        if place == near:
            break
    return last


def number(source: Source, text: str) -> int:
    """Return the number that *text* stands for, through macros, or -1."""
    text = text.strip().strip("()")
    for _ in range(4):
        if re.fullmatch(r"0[xX][\da-fA-F]+|\d+", text):
            return int(text, 0) if not re.fullmatch(r"0\d+", text) else int(text, 8)
        macro = re.search(
            rf"^\s*#\s*define\s+{re.escape(text)}\s+\(?(\w+)\)?\s*$", source.code, re.M
        )
        text = source.defines.get(text) or (macro[1] if macro else "")
    return -1


def body(source: Source, function: str) -> list[Place]:
    """Return the lines of a function's definition, from its head to its last brace."""
    head = re.compile(rf"\b{re.escape(function)}\s*\(")
    for at, place in enumerate(source.lines):
        if not head.search(place.text):
            continue
        depth, opened, found = 0, False, []
        for one in source.lines[at:]:
            plain = _LITERAL.sub('""', _COMMENT.sub("", one.text))
            if not opened and ";" in plain.split("{")[0]:
                break  # a declaration, or a call
            found.append(one)
            depth += plain.count("{") - plain.count("}")
            opened = opened or "{" in plain
            if opened and depth <= 0:
                return found
    return []


def _split(text: str, start: int, end: str = ")") -> tuple[list[str], int]:
    """Return the arguments from *start* on, and where they end; 0 where they do not."""
    parts: list[str] = []
    depth, begin, at = 0, start, start
    while at < len(text):
        if literal := _LITERAL.match(text, at):
            at = literal.end()
            continue
        char = text[at]
        if depth == 0 and char == end:
            last = text[begin:at].strip()
            return ([*parts, last] if last or parts else []), at
        if char == "," and depth == 0:
            parts.append(text[begin:at].strip())
            begin = at + 1
        depth += (char in "([{") - (char in ")]}")
        at += 1
    return [], 0


def _variable(source: Source, name: str, found: re.Match[str], place: Place) -> Variable:
    type = re.sub(r"\b(?:const|volatile|static)\s+", "", found["type"]).strip()
    pointer = bool(found["own"]) or ("*" in found["star"] and not found["before"])
    size = 8 if pointer else SIZES.get(type.split()[-1], 0)
    length = 0
    if found["array"]:
        length, *inner = (
            number(source, one) for one in re.findall(r"\[([^\]]*)\]", found["array"])
        )
        size *= math.prod(inner) if min(inner, default=1) > 0 else 0
    return Variable(name, type + ("*" if pointer else ""), size, length, place)
