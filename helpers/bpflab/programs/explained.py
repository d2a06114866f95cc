"""A file explained: C, as a cell that loads it would say it, or a log that a verifier left."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from bpflab.errors import LabError
from bpflab.mistakes.saved_log import is_log, of_log
from bpflab.programs.loading import load

MOST = 64 << 20  # bytes of a file; the kernel's largest log is smaller


class Explained(NamedTuple):
    """What a file came to.

    Attributes:
        accepted: in words, or nothing where it is refused.
        refusal: why it is refused.
        warnings: what is a mistake although it loads.
    """

    accepted: str
    refusal: LabError | None = None
    warnings: tuple[LabError, ...] = ()


def explained(file: str) -> Explained:
    """Return what *file* comes to, ``-`` for standard input; C is loaded, never attached, closed.

    Raises:
        LabError: ``no-file`` where it cannot be read.
    """
    text, name = _read(file)
    if is_log(text):
        refusal = of_log(text, name)
        return Explained(
            "" if refusal else f"The verifier accepted the program of {name}.", refusal
        )
    try:
        # By its path, where it is a file of C: then it may include what lies beside it.
        found = load(file) if file.endswith(".c") else load(name, text=text)
    except LabError as error:
        return Explained("", error)
    with found:
        return Explained(f"{name} loads: {', '.join(found.functions)}.", None, found.warnings)


def _read(file: str) -> tuple[str, str]:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(MOST + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(MOST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or error
        raise LabError("no-file", f"{file} cannot be read: {reason}.") from None
    if len(data) > MOST:
        raise LabError("no-file", f"{file} is larger than {MOST >> 20} MiB.")
    return data.decode(errors="backslashreplace"), "stdin" if file == "-" else Path(file).name
