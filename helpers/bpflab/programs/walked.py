"""The verifier's whole walk over a text: it is loaded once more, with a log of every path."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator

from bpflab.bindings import bpf
from bpflab.compiling.image import Image, lines
from bpflab.programs.loading import way
from bpflab.programs.objects import Objects
from bpflab.source import Source
from bpflab.verifier_log.log import parse
from bpflab.verifier_log.walk import Walk


def walk(code: Source, type: str, function: str) -> tuple[str, Walk]:
    """Compile and load *code* once more; return the walk over *function*, and its name.

    *type* is that of `load`. Without a *function* it is the one that the kernel refuses, or the
    first. What was loaded for it is closed. A log of more than 1 MiB ends there.

    Raises:
        LabError: where the text is refused before the verifier looks at it.
    """
    compiler, made_of = way(code, type)
    compiled = compiler.known(code) or compiler.compiled(code)
    names = [function] if function else _names(compiled)
    name, log = "", ""
    for level in (bpf.WALK, bpf.WALK_BEFORE_6_4):
        for only in names:
            now, said, refused = _load(made_of, code, compiled, level, only)
            if refused or not log:
                name, log = now, said
            if refused:
                break
        if log:
            break
    image = compiled if isinstance(compiled, Image) else None
    return name, parse(log, list(_lines(image, name)))


def _load(
    made_of: Callable[..., Objects], code: Source, compiled: object, level: int, only: str
) -> tuple[str, str, bool]:
    """Return a program's name and its log, and whether the kernel refuses it."""
    try:
        made = made_of(code, compiled, log_level=level, only=only)
    except bpf.Refused as error:
        return only or error.program, error.log, error.errno != errno.ENOSPC
    made.close()
    return next(((name, log, False) for name, log in made.logs.items() if log), (only, "", False))


def _names(compiled: object) -> list[str]:
    """Return the programs of a compiled text; those of an object file are loaded at once."""
    return [one.name for one in compiled.programs] if isinstance(compiled, Image) else [""]


def _lines(image: Image | None, function: str) -> Iterator[tuple[int, str, int]]:
    if image:
        code = next(one for one in image.programs if one.name == function)
        yield from lines(image, code)
