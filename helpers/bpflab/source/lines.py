"""A lesson's C files as one text for a compiler, with the way back from any line to its file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bpflab.errors import LabError, Place

_AFTER = re.compile(r"\{\s*$|^\s*#\s*(?:else|elif|endif)\b")  # behind these the count starts anew
_TOKEN = re.compile(r"""//|/\*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_SECTION = re.compile(r'^\s*SEC\(|\bSEC\("', re.M)
_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.S)  # or a string, which stays
_NUMBERED = re.compile(r'\s*#\s*(?:line\b|\d+\s+")')  # of another tool; ours count


@dataclass(frozen=True)
class Source:
    """One or more C files, includes resolved, as BCC will see them.

    Attributes:
        name: what ``load`` was given, e.g. ``"first_map/cut"``.
        lines: every line in order, each with the file and number it was written at.
        defines: macros given with ``-D``.
        written: each file's text as it was written, before its includes were resolved.
    """

    name: str
    lines: tuple[Place, ...]
    defines: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def text(self) -> str:
        """The C, with ``#line`` so that the compiler names the learner's own lines.

        BCC inserts the tracepoint's struct above a function and moves all that follows, so a
        ``#line`` stands after each opening brace as well as where the file changes.
        """
        return "\n".join(self._numbered()) + "\n"

    def _numbered(self) -> Iterator[str]:
        before: Place | None = None
        for place, safe in zip(self.lines, self._outside, strict=False):
            moved = before is None or (before.file, before.line + 1) != (place.file, place.line)
            if moved or (safe and before and _AFTER.search(before.text)):
                yield f'#line {place.line} "{place.file}"'
            yield "" if safe and _NUMBERED.match(place.text) else place.text
            before = place

    @cached_property
    def _outside(self) -> list[bool]:
        """Whether what comes before line N is outside of comments and continued lines; one more."""
        states, inside = [True], False
        for place in self.lines:
            inside = _in_comment(place.text, inside)
            states.append(not inside and not place.text.rstrip().endswith("\\"))
        return states

    @property
    def dialect(self) -> str:
        """``libbpf`` where a program or a map names its section, else ``bcc``."""
        return "libbpf" if _SECTION.search(self.code) else "bcc"

    @cached_property
    def code(self) -> str:
        """The lines, joined, with spaces in the place of comments."""
        text = "\n".join(place.text for place in self.lines)
        return _COMMENT.sub(lambda found: found[1] or re.sub(r"[^\n]", " ", found[0]), text)

    @property
    def flags(self) -> list[str]:
        """The ``-D`` flags."""
        return [f"-D{name}={value}" for name, value in sorted(self.defines.items())]

    @cached_property
    def files(self) -> list[str]:
        """The files it is made of, in the order of their first line."""
        return list(dict.fromkeys(place.file for place in self.lines))

    def listing(self, file: str | None = None) -> str:
        """The text of one of its files, as it was written; by default of the one that was named."""
        return self.written[file or next(iter(self.written))]

    def at(self, position: int) -> Place:
        """Return the line of the character number *position* of `code`."""
        return self.lines[self.code.count("\n", 0, position)]

    def place(self, file: str, line: int) -> Place | None:
        """Return line *line* of *file* with its text, or None where this source has none."""
        return self._places.get((file, line))

    @cached_property
    def _places(self) -> dict[tuple[str, int], Place]:
        return {(place.file, place.line): place for place in reversed(self.lines)}

    def around(self, error: LabError) -> tuple[Place, ...]:
        """Return the lines at the places of *error*, and two above and below each."""
        places = [*([error.place] if error.place else []), *(place for place, _ in error.also)]
        near = range(-2, 3)
        wanted = {(place.file, place.line + more) for place in places for more in near}
        return tuple(place for place in self.lines if (place.file, place.line) in wanted)


def _in_comment(text: str, inside: bool) -> bool:
    """Return whether a block comment is open at the end of *text*."""
    at = 0
    while True:
        if inside:
            end = text.find("*/", at)
            if end < 0:
                return True
            inside, at = False, end + 2
        token = _TOKEN.search(text, at)
        if not token or token[0] == "//":
            return False
        inside, at = token[0] == "/*", token.end()
