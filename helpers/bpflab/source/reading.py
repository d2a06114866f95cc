"""Where a source comes from: files by their name or a cell's text, with what they include."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bpflab.arguments import checked
from bpflab.errors import LabError, Place
from bpflab.paths import BPF
from bpflab.source.lines import Source
from bpflab.text import near, safe_text

_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")  # what no compiler can be handed
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\([\w, ]*\))?", re.ASCII)
_INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')
MADE = "vmlinux.h"
"""The header with the kernel's types, which is made from the running kernel (`compiling.clang`)."""
CHOICE = "BPFLAB_DIALECT"
"""The variable that says in which dialect `find` looks for the lessons' programs."""
EITHER = ("02", "03", "04", "07", "08")
"""The lessons whose programs are there in both dialects."""


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
