"""A lesson's C files as one text for BCC, with the way back from any line to its file."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bpflab.arguments import checked
from bpflab.errors import LabError, Place
from bpflab.paths import BPF
from bpflab.text import near, safe_text

_AFTER = re.compile(r"\{\s*$|^\s*#\s*(?:else|elif|endif)\b")  # behind these the count starts anew
_TOKEN = re.compile(r"""//|/\*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")  # what no compiler can be handed
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\([\w, ]*\))?", re.ASCII)
_SECTION = re.compile(r'^\s*SEC\(|\bSEC\("', re.M)
_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.S)  # or a string, which stays
_NUMBERED = re.compile(r'\s*#\s*(?:line\b|\d+\s+")')  # of another tool; ours count
_INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
MADE = "vmlinux.h"
"""The header with the kernel's types, which is made from the running kernel (`compiling.clang`)."""
CHOICE = "BPFLAB_DIALECT"
"""The variable that says in which dialect `find` looks for the lessons' programs."""
EITHER = ("02", "03", "04", "07", "08")
"""The lessons whose programs are there in both dialects."""


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

    def around(self, error: LabError, count: int = 2) -> tuple[Place, ...]:
        """Return the lines at the places of *error*, and *count* above and below each."""
        places = [*([error.place] if error.place else []), *(place for place, _ in error.also)]
        near = range(-count, count + 1)
        wanted = {(place.file, place.line + more) for place in places for more in near}
        return tuple(place for place in self.lines if (place.file, place.line) in wanted)


@checked
def find(name: str, defines: Mapping[str, object] | None = None) -> Source:
    """Return the source of *name*: ``bpf/NAME.c``, or every ``.c`` of the directory ``bpf/NAME``.

    A header is named with its suffix (``include/path.h``), and a path to a ``.c`` file of the
    learner's own serves as well. ``#include "x.h"`` is resolved beside the including file, then in
    ``bpf/include``; each file goes in once.

    Where the variable ``BPFLAB_DIALECT`` is ``libbpf``, the file under ``bpf/`` is ``NAME.bpf.c``.

    Raises:
        LabError: ``no-source`` where there is no such file, ``no-include`` for a missing header,
            ``dialect`` where the variable names none.

    >>> find("first_map/cut").files
    ['bpf/include/path.h', 'bpf/first_map/cut.c']
    """
    own = Path(name.replace("\0", ""))
    if own.suffix in (".c", ".h"):
        paths = [path for path in (own, BPF / own) if path.is_file()][:1]
    else:
        one, many = BPF / f"{name}.c", BPF / name
        every = sorted(many.glob("*.c"))
        plain = [path for path in every if not path.name.endswith(".bpf.c")]
        paths = [one] if one.is_file() else plain or every
    paths = [_chosen(path) for path in paths]
    if not paths:
        raise LabError("no-source", f"There is no program {_label(name)!r}.", fix=_known(name))
    written: dict[str, str] = {}
    lines = [place for path in paths for place in _read(path.resolve(), written, None)]
    return Source(_label(name), tuple(lines), _macros(defines), written)


def _chosen(path: Path) -> Path:
    """Return the file that stands for *path* in the dialect that the reader chose.

    Raises:
        LabError: ``no-source`` where there is none; ``dialect`` where there is no such dialect.
    """
    dialect = os.environ.get(CHOICE) or "bcc"
    if dialect not in ("bcc", "libbpf"):
        message = f"There is no dialect {safe_text(dialect, 60)!r}."
        raise LabError("dialect", message, fix=f"Set {CHOICE} to bcc or to libbpf.")
    twin = path.with_suffix(f".bpf{path.suffix}")
    if dialect == "bcc" or not path.is_relative_to(BPF) or path.stem.endswith(".bpf"):
        return path
    if not twin.is_file() and path.suffix == ".c":
        raise LabError(
            "no-source",
            f"{_shown(path)} is for BCC, and there is no such program for clang and libbpf.",
            why=f"{CHOICE} is libbpf. Lessons {', '.join(EITHER)} have their programs in both "
            "dialects.",
            fix=f"Write %env {CHOICE}=bcc into a cell, and run it.",
        )
    return twin if twin.is_file() else path  # a header may serve for both


def from_text(
    text: str, name: str = "program.c", defines: Mapping[str, object] | None = None
) -> Source:
    """Return a source from C written in a cell; *name* is how errors call it."""
    written = {_label(name): text.removeprefix("\ufeff")}  # a mark that some editors put first
    lines = tuple(_expanded(_label(name), BPF, written))
    return Source(_label(name), lines, _macros(defines), written)


def _label(name: str) -> str:
    """Return *name* as it may stand in a message, in a ``#line`` and in the name of a file."""
    return safe_text(name, 255).translate({ord('"'): "'", ord("\\"): "/"})


def _macros(defines: Mapping[str, object] | None) -> dict[str, str]:
    macros = {name: str(value) for name, value in (defines or {}).items()}
    for name, value in macros.items():
        if not _IDENTIFIER.fullmatch(name) or _UNWRITABLE.search(value):
            message = f"{safe_text(f'-D{name}={value}', 200)!r} cannot be a macro."
            raise LabError("define", message, fix="A macro is a name of letters, as in SIZE=16.")
    return macros


def _read(path: Path, written: dict[str, str], included_from: Place | None) -> Iterator[Place]:
    file = _shown(path)
    if file in written:
        return
    try:
        written[file] = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(
            "no-source", f"{path.name} cannot be read: {error}.", place=included_from
        ) from None
    yield from _expanded(file, path.parent, written)


def _expanded(file: str, beside: Path, written: dict[str, str]) -> Iterator[Place]:
    for number, text in enumerate(_split(written[file]), 1):
        place = Place(file, number, text)
        if found := _UNWRITABLE.search(text):
            raise LabError(
                "no-text",
                f"The character {found[0].encode('unicode_escape').decode()} is not allowed in C.",
                place=Place(file, number, safe_text(text)),
                why="A NUL ends the text, and a lone surrogate has no bytes in UTF-8.",
                fix="Write another one in its place.",
            )
        include = _INCLUDE.match(text)
        if not include:
            yield place
            continue
        for folder in (beside, BPF / "include"):
            if (folder / include[1]).is_file():
                yield from _read((folder / include[1]).resolve(), written, place)
                break
        else:
            if include[1] == MADE:
                yield place
                continue
            raise LabError(
                "no-include",
                f"There is no header {include[1]!r} beside this file or in bpf/include.",
                place=place,
                fix="Check its name; kernel headers are included with <…>.",
            )


def _split(text: str) -> list[str]:
    """Return the lines as C counts them: only a newline ends one."""
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines


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


def _shown(path: Path) -> str:
    """Return how a path is called in messages: from the repository, or from where we stand."""
    bases = [BPF.parent]
    with contextlib.suppress(FileNotFoundError):  # the folder we stand in may have been removed
        bases.append(Path.cwd())
    below = (path.relative_to(base) for base in bases if path.is_relative_to(base))
    return _label(os.fspath(next(below, path)))


def _known(name: str) -> str:
    if "{" in name:
        return 'Give C as text, with a name: load("mine", text=…).'
    every = {str(p.relative_to(BPF).with_suffix("")) for p in BPF.rglob("*.c")}
    known = sorted(every - {f"{each}.bpf" for each in every})  # the others have names of their own
    close = [k for k in known if name.split("/")[0] in k] or known
    return near(name, close) or f"There are {', '.join(close)}." if close else ""
