"""What the compiler printed, as one fault at the learner's own line."""

from __future__ import annotations

import difflib
import re

from bpflab.errors import LabError, Place
from bpflab.mistakes.compiler.old_rules import HELPERS, RULES
from bpflab.mistakes.rule import as_error, declaration, first_match, head, safe_log
from bpflab.source import Source

_DIAGNOSTIC = re.compile(r"^(.+?):(\d+):(\d+): (?:fatal )?error: .*$", re.M)
_WARNING = re.compile(r"^(.+?):(\d+)(:\d+: (?:warning|note): .*)(\n)(.*)$", re.M)
_BACKEND = re.compile(r"^error: (.+?):(\d+):\d+: in function (\w+)", re.M)


def diagnose(source: Source, printed: str) -> LabError:
    """Return the fault behind what the compiler *printed* on its way out."""
    first = _DIAGNOSTIC.search(printed)
    rule, groups = first_match(RULES, first[0]) if first else (None, ())
    if rule is None or rule.kind == "compile":  # LLVM and BCC have words beside clang's
        rule, groups = first_match(RULES, printed)
    if rule is None:
        return LabError(
            "compiler", "The compiler stopped without a word that is known.", log=safe_log(printed)
        )
    place = _place(source, rule.kind, groups, printed)
    fix = rule.fix
    if rule.kind == "unknown-helper" and (near := difflib.get_close_matches(groups[0], HELPERS)):
        fix = f"Did you mean {' or '.join(near)}?"
    return as_error(rule, groups, place, fix, printed)


def relocated(source: Source, printed: str) -> str:
    """Return the compiler's warnings at the learner's lines, which BCC's rewriting moves."""

    def moved(found: re.Match[str]) -> str:
        place = _same_text(source, found[1], int(found[2]), found[5])
        return f"{found[1]}:{place.line if place else found[2]}{found[3]}{found[4]}{found[5]}"

    return _WARNING.sub(moved, printed)


def _place(source: Source, kind: str, groups: tuple[str, ...], printed: str) -> Place | None:
    if kind in ("stack", "ring-output"):
        return _suspect(source, kind, printed)
    if kind == "two-programs":
        struct = re.compile(rf"\(struct tracepoint__{groups[0]}__{groups[1]} \*")
        takers = [p for p in source.lines if struct.search(p.text)]
        return takers[1] if len(takers) > 1 else None
    if kind == "map":
        return declaration(source, groups[0])
    found = _DIAGNOSTIC.search(printed) or _BACKEND.search(printed)
    if not found:
        return None
    excerpt = printed[found.end() :].lstrip("\n").split("\n", 1)[0]
    return _same_text(source, found[1], int(found[2]), excerpt)


def _same_text(source: Source, file: str, line: int, excerpt: str) -> Place | None:
    """Return line *line*, or the first one that reads as the compiler's *excerpt* of it."""
    place = source.place(file, line)
    wanted = re.sub(r"^\s*\d+ \|", "", excerpt).split()  # clang 17 puts the number in front
    if place and (not wanted or place.text.split() == wanted):
        return place
    # Word by word: clang writes spaces for a tab.
    same = (p for p in source.lines if p.file == file and p.text.split() == wanted)
    return next(same, place)


def _suspect(source: Source, kind: str, printed: str) -> Place | None:
    """Return the line most likely to blame where LLVM names none."""
    if kind == "ring-output":
        return next((p for p in source.lines if ".ringbuf_output(" in p.text), None)
    found = _BACKEND.search(printed)
    if not found:
        return None
    largest, blamed = 0, head(source, found[3])
    inside = False
    for place in source.lines:
        inside = place == blamed or (inside and not place.text.startswith("}"))
        if inside and (size := _local_size(source, place.text)) > largest:
            largest, blamed = size, place
    return blamed


def _local_size(source: Source, text: str) -> int:
    """Return a guess at the stack that the declaration in *text* takes, to choose by."""
    array = re.match(r"\s+\w[\w ]*\[(\w+)\]\s*[=;]", text)
    if array:
        size = source.defines.get(array[1], array[1])
        return int(size) if size.isdigit() else 0
    return 1 if re.match(r"\s+struct \w+ \w+\s*[=;]", text) else 0
