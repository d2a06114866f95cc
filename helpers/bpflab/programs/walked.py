"""The verifier's whole walk over a text: it is loaded once more, with a log of every path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from bpflab.bindings import bpf
from bpflab.compiling.image import Image, lines
from bpflab.errors import LabError
from bpflab.programs.loading import way
from bpflab.programs.objects import Objects
from bpflab.source import Source
from bpflab.verifier_log.log import parse
from bpflab.verifier_log.walk import Walk

_MOST = 100_000  # instructions: Linux 6.18 writes their log in three seconds


def walk(code: Source, type: str, function: str, compiled: object = None) -> tuple[str, Walk]:
    """Load *code* once more; return the walk over *function*, and its name.

    *type* is that of `load`, and *compiled* what it made of the text, if that is known. Without a
    *function* it is the one that the kernel refuses, or the first. What was loaded for it is
    closed. A log of more than 1 MiB ends there.

    Raises:
        LabError: where the text is refused before the verifier looks at it; ``long-walk``.
    """
    compiler, made_of = way(code, type)
    compiled = compiled or compiler.known(code) or compiler.compiled(code)
    image = compiled if isinstance(compiled, Image) else None
    names = [function] if function or not image else [one.name for one in image.programs]
    first: tuple[str, Walk] | None = None
    for only in names:
        name, log, accepted = _load(made_of, code, compiled, only)
        found = parse(log, list(_lines(image, name)))
        if accepted or not found.whole:
            found = replace(found, message="")
        if found.message:
            return name, found
        first = first or (name, found)
    return first or (function, parse(""))


def _load(
    made_of: Callable[..., Objects], code: Source, compiled: object, only: str
) -> tuple[str, str, bool]:
    """Return a program's name, its log, and whether the kernel accepts it."""
    name, log, accepted = _logged(made_of, code, compiled, bpf.WALK, only)
    if log:
        return name, log, accepted
    # libbpf 1.1 takes no such level, as no kernel before 6.4 does: such a kernel keeps the
    # beginning of a log in any case, and a later one takes many seconds over a long log.
    if (count := _instructions(made_of, code, compiled)) > _MOST:
        raise LabError(
            "long-walk",
            f"The verifier's walk over {code.name} is too long to be shown.",
            why=f"It looks at {count} instructions, and the log of more than {_MOST} takes long.",
            fix="Let its loop have a few rounds: the walk is the same for each.",
        )
    return _logged(made_of, code, compiled, bpf.WALK_BEFORE_6_4, only)


def _logged(
    made_of: Callable[..., Objects], code: Source, compiled: object, level: int, only: str
) -> tuple[str, str, bool]:
    try:
        made = made_of(code, compiled, log_level=level, only=only)
    except bpf.Refused as error:
        return only or error.program, error.log, False  # or the log is cut: ENOSPC
    made.close()
    return next(((name, log, True) for name, log in made.logs.items() if log), (only, "", True))


def _instructions(made_of: Callable[..., Objects], code: Source, compiled: object) -> int:
    """Return how many instructions the verifier looks at in a text, or until it refuses it."""
    try:
        made = made_of(code, compiled)
    except LabError as error:
        return parse(error.log).processed
    made.close()
    return max((parse(log).processed for log in made.logs.values()), default=0)


def _lines(image: Image | None, function: str) -> Iterator[tuple[int, str, int]]:
    if image:
        code = next(one for one in image.programs if one.name == function)
        yield from lines(image, code)
