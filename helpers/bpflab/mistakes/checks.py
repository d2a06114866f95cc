"""Mistakes that a text shows and no compiler warns of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bpflab.data.layout import dtype
from bpflab.errors import LabError
from bpflab.mistakes import formats, increments, slips
from bpflab.mistakes.declarations import Declarations
from bpflab.reference.helpers import HELPERS, Helper
from bpflab.source import Source

_STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
_NAME = re.compile(r"(?<![\w*&.>])(bpf_\w+)\b(?!\s*\()")
_DECLARED = re.compile(r"\b(?!return\b)\w+\s+$")
_UNUSED = re.compile(r"^[ \t]*(\w+\s*\.\s*lookup|bpf_map_lookup_elem)\s*\(", re.M)
_USES = (
    r"(?:lookup|update|insert|delete|increment|atomic_increment|lookup_or_try_init|lookup_or_init)"
)


def found(
    source: Source, fields: Mapping[str, Sequence[tuple[str, str]]], keys: Mapping[str, Any]
) -> list[LabError]:
    """Return what is wrong with *source*; *fields* and *keys* are as `warned.warnings` has them."""
    declared = Declarations(source)
    return [
        *_uncalled(source, declared),
        *formats.found(source),
        *_unused(declared),
        *_pointers(source, fields),
        *_padded(declared, keys),
        *increments.found(declared),
        *slips.found(source, declared),
    ]


def uncalled(text: str) -> Iterator[str]:
    """Give the helpers that *text* names without a call."""
    plain = _plain(text)
    for name in _NAME.finditer(plain):
        line = plain[plain.rfind("\n", 0, name.start()) + 1 : name.start()]
        if name[1] in HELPERS and not _DECLARED.search(line) and not line.lstrip().startswith("#"):
            yield name[1]


def no_call(helper: Helper) -> tuple[str, str, str, str]:
    """Return kind, message, reason and advice for a helper without its parentheses."""
    name = helper.name
    fix = f"Write {name}()." if not helper.parameters else f"Call it: {helper.signature}."
    why = "Without ( ) its name stands for an address, which is never 0, and nothing is called."
    return "no-call", f"{name} is named here, and not called.", why, fix


def _uncalled(source: Source, declared: Declarations) -> Iterator[LabError]:
    names = set(uncalled(source.code))
    for place, line in zip(source.lines, declared.code.split("\n"), strict=False):
        for name in uncalled(line) if names else ():
            kind, message, why, fix = no_call(HELPERS[name])
            yield LabError(kind, message, place=place, why=why, fix=fix)


def _unused(declared: Declarations) -> Iterator[LabError]:
    plain = declared.code
    for call in _UNUSED.finditer(plain):
        before = plain[: call.start()].rstrip()
        after = plain[_closed(plain, call.end()) :].lstrip()
        if after.startswith(";") and before.endswith((";", "{", "}")):
            yield LabError(
                "unused",
                "The result of this lookup is not used.",
                place=declared.place(call.start(1)),
                why="A lookup changes nothing: it returns a pointer to the value, or NULL.",
                fix="Keep the pointer, as in u64 *v = …, and test it for NULL; or drop the line.",
            )


def _pointers(
    source: Source, fields: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[LabError]:
    for buffer, rows in fields.items():
        for name, ctype in rows:
            if ctype.replace("const ", "").replace(" ", "") != "char*":
                continue
            lines = re.finditer(rf"\bchar\s*\*\s*(?:const\s+)?{name}\s*;", source.code)
            places = [source.at(found.start()) for found in lines]
            yield LabError(
                "pointer-field",
                f"Field {name} of the event in {buffer} is a pointer: its column has an address.",
                place=places[0] if len(places) == 1 else None,
                why="The text itself stays in the memory of the process that is traced.",
                fix=f"Write char {name}[64]; and copy the text with "
                f"bpf_probe_read_user_str(e.{name}, sizeof(e.{name}), …).",
            )


def _padded(declared: Declarations, keys: Mapping[str, Any]) -> Iterator[LabError]:
    plain = declared.code
    for name, layout in keys.items():
        key = re.search(rf"\bBPF_\w+\s*\(\s*{name}\s*,\s*struct\s+(\w+)", plain)
        holes = _holes(layout)
        if not holes or not key:
            continue
        for local in re.finditer(rf"\bstruct\s+{key[1]}\s+(\w+)\s*;", plain):
            rest = plain[local.end() : declared.closing(local.end())]
            use = re.search(rf"\b{name}\s*\.\s*{_USES}\s*\(\s*&?\s*{local[1]}\b", rest)
            # Whoever gives its address away, or assigns all of it, may have cleared it.
            other = re.search(rf"(?<![\w.])&\s*{local[1]}\b(?!\s*[.\[])", _without(rest, name))
            if use and not other and not re.search(rf"(?<![\w.>]){local[1]}\s*=[^=]", rest):
                yield LabError(
                    "padding",
                    f"{local[1]} has {holes} bytes of padding, and nothing writes them.",
                    place=declared.place(local.start()),
                    also=[
                        (declared.place(local.end() + use.start()), f"It is a key of {name} here.")
                    ],
                    why="A map compares every byte of a key: one key can be stored twice.",
                    fix=f"Write struct {key[1]} {local[1]} = {{}};",
                )


def _holes(layout: Any) -> int:
    """Return how many bytes of a struct belong to no field."""
    if not isinstance(layout, dict):
        return 0
    return int(layout["itemsize"]) - sum(dtype(inner).itemsize for inner in layout["formats"])


def _without(text: str, name: str) -> str:
    """Return *text* without the calls of map *name*."""
    return re.sub(rf"\b{name}\s*\.\s*{_USES}\s*\(\s*&?\s*\w+", "", text)


def _plain(code: str) -> str:
    """Return *code* with spaces in its strings."""
    return _STRING.sub(lambda text: f'"{" " * (len(text[0]) - 2)}"', code)


def _closed(text: str, at: int) -> int:
    """Return what follows the parenthesis that closes the one before *at*."""
    depth = 1
    while depth and at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at
