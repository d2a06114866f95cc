"""What the compiler printed, as data: each error and warning, and the learner's line it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from bpflab.errors import Place
from bpflab.source import Source

_HEAD = re.compile(
    r"(?:(?P<file>\S.*?):(?P<line>\d+):(?P<column>\d+): )?"
    r"(?P<severity>fatal error|error|warning|note): (?P<text>.*)"
)
_FROM = re.compile(r"In file included from (.+?):(\d+):$")
_OPTION = re.compile(r" \[(?:-Werror,)?(-W[\w+=-]+)\]$")
_GUTTER = re.compile(r"^\s*\d* \| ?")  # clang 17 puts the number in front of a line
_CARET = re.compile(r"[\s~]*\^[\s~^]*$")
_IN_FUNCTION = re.compile(r"(\S+):(\d+):(\d+): in function (\w+) [^:]*: (.*)")  # LLVM
_AT_END = re.compile(r", ([^\s,]+):(\d+):(\d+)(?= @\[|Please|\.|$)")  # of a line of LLVM's graph
_ELSEWHERE = re.compile(r"could not determine the original source location for (.+):(\d+):(\d+)")
_LLVM = re.compile(r"(?:LLVM ERROR|Error at line \d+): (.*)")


@dataclass(frozen=True)
class Note:
    """Another line that the compiler names: ``'seen' declared here``."""

    text: str
    file: str
    place: Place | None
    excerpt: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning of clang, of LLVM behind it, or of BCC.

    Attributes:
        severity: ``error`` or ``warning``.
        text: what it says, without the option that governs it.
        option: that option, as ``-Wint-conversion``, or nothing.
        file: where it stands, as the compiler names it; a header, perhaps.
        place: the learner's line: of a fault within a header the line that includes it.
        column: from 1, or 0 if there is none.
        excerpt: the text that it stands at, as the compiler shows it.
        marked: the part of the excerpt that is underlined, up to the caret or behind it.
        notes: what the compiler adds.
        function: the function that LLVM was at.
        inside: whether it stands in a header.
    """

    severity: str
    text: str
    option: str = ""
    file: str = ""
    place: Place | None = None
    column: int = 0
    excerpt: str = ""
    marked: str = ""
    notes: tuple[Note, ...] = field(default=())
    function: str = ""
    inside: bool = False

    def note(self, pattern: str) -> tuple[re.Match[str], Note] | None:
        """Return the first note that *pattern* is found in."""
        found = ((m, note) for note in self.notes if (m := re.search(pattern, note.text)))
        return next(found, None)


def parse(source: Source, printed: str) -> list[Diagnostic]:
    """Return the errors and warnings in what a compiler *printed* of *source*, in their order."""
    found: list[Diagnostic] = []
    for head, excerpt, marked, included in _blocks(printed):
        if head["severity"] == "note":
            if found:
                found[-1] = _with_note(source, found[-1], head, excerpt)
        else:
            found.append(_diagnostic(source, head, excerpt, marked, included))
    return found


def same_text(source: Source, file: str, line: int, excerpt: str) -> Place | None:
    """Return line *line*, or the first one that reads as the compiler's *excerpt* of it.

    BCC inserts lines, and the numbers behind them are those of its own text.
    """
    place = _place(source, file, line)
    wanted = _GUTTER.sub("", excerpt).split()
    if place and (not wanted or place.text.split() == wanted):
        return place
    # Word by word: clang writes spaces for a tab.
    same = (p for p in source.lines if _is(p.file, file) and p.text.split() == wanted)
    return next(same, place)


def _blocks(printed: str) -> Iterator[tuple[dict[str, str], str, str, list[tuple[str, int]]]]:
    """Return each head with the line below it, what is marked there, and who includes the file."""
    lines, included = printed.splitlines(), list[tuple[str, int]]()
    for at, line in enumerate(lines):
        if found := _FROM.match(line):
            included.append((found[1], int(found[2])))
            continue
        llvm, clang = _LLVM.match(line), _HEAD.match(line)
        if llvm:
            yield {"severity": "error", "text": llvm[1]}, "", "", []
        elif clang:
            excerpt, marked = _excerpt(lines[at + 1 : at + 3])
            yield clang.groupdict(""), excerpt, marked, included
        included = included if not clang else []


def _excerpt(below: list[str]) -> tuple[str, str]:
    bare = [_GUTTER.sub("", line) for line in below]
    if not bare or any(_HEAD.match(line) or _FROM.match(line) for line in below[:1]):
        return "", ""
    if len(bare) < 2 or not _CARET.match(bare[1]):
        return bare[0], ""
    whole = re.search(r"[~^][~^\s]*", bare[1].rstrip())
    first = re.search(r"~+\^?~*|\^~*", bare[1])
    assert whole and first
    return bare[0], bare[0][first.start() : first.end()].strip()


def _diagnostic(
    source: Source, head: dict[str, str], excerpt: str, marked: str, included: list[tuple[str, int]]
) -> Diagnostic:
    severity = head["severity"].removeprefix("fatal ")
    text, file = head["text"].removeprefix("error in backend: "), head.get("file", "")
    line, column, function, inside = (
        int(head.get("line") or 0),
        int(head.get("column") or 0),
        "",
        False,
    )
    if found := _IN_FUNCTION.match(text):
        file, line, column, function, text = found[1], int(found[2]), 0, found[4], found[5]
    elif not file and (found := _AT_END.search(text)):
        file, line, column = found[1], int(found[2]), 0
    place = same_text(source, file, line, excerpt) if file else None
    if place is None and included:  # the outermost file stands first
        place, inside = _place(source, *included[0]), True
    option = _OPTION.search(text)
    return Diagnostic(
        severity,
        _OPTION.sub("", text),
        option[1] if option else "",
        file,
        place,
        column,
        excerpt,
        marked,
        function=function,
        inside=inside,
    )


def _with_note(source: Source, found: Diagnostic, head: dict[str, str], excerpt: str) -> Diagnostic:
    if elsewhere := _ELSEWHERE.search(head["text"]):  # LLVM's errors, where clang prints them
        place = _place(source, elsewhere[1], int(elsewhere[2]))
        return replace(found, place=place, column=0) if place and found.column else found
    place = same_text(source, head["file"], int(head["line"]), excerpt) if head["file"] else None
    note = Note(head["text"], head["file"], place, excerpt)
    return replace(found, notes=(*found.notes, note))


def _place(source: Source, file: str, line: int) -> Place | None:
    own = next((name for name in source.files if _is(name, file)), "")
    return source.place(own, line)


def _is(name: str, file: str) -> bool:
    """Say whether *file* is *name*; LLVM may write a folder of headers in front."""
    return file == name or file.endswith(f"/{name}")
