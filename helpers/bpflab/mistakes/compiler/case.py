"""A refusal of the compiler to be explained: the fault, and the text that it is of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bpflab.errors import LabError, Place
from bpflab.mistakes.compiler.diagnostics import Diagnostic
from bpflab.mistakes.declarations import Declarations
from bpflab.source import Source

Explain = Callable[..., LabError | None]
"""Takes the case and the groups of a rule's pattern; None where another rule may know better."""
Rules = tuple[tuple[str, Explain], ...]
"""Patterns of the compiler's text, the first that fits first, and what explains it."""


@dataclass(frozen=True)
class Case:
    """What a rule sees.

    Attributes:
        fault: the error that is to be explained.
        all: all errors and warnings, in their order.
        headers: the folder of the kernel's headers that the text is compiled against, if any.
    """

    source: Source
    fault: Diagnostic
    all: Sequence[Diagnostic] = ()
    headers: Path | None = None

    @cached_property
    def declared(self) -> Declarations:
        """What the text declares."""
        return Declarations(self.source)

    @property
    def line(self) -> str:
        """The text of the learner's line, or nothing."""
        return self.fault.place.text.strip() if self.fault.place else ""

    @property
    def bcc(self) -> bool:
        """Whether the text is in BCC's dialect."""
        return self.source.dialect == "bcc"

    def error(self, kind: str, message: str, why: str = "", fix: str = "", **more: Any) -> LabError:
        """Return a fault at the learner's line, unless *more* has another place."""
        return LabError(kind, message, why=why, fix=fix, **{"place": self.fault.place, **more})

    def also(self, pattern: str, what: str) -> list[tuple[Place, str]]:
        """Return the learner's line that a note of this *pattern* names, with *what* it is."""
        found = self.fault.note(pattern)
        place = found[1].place if found else None
        return [(place, what)] if place and place != self.fault.place else []


def says(kind: str, message: str, why: str = "", fix: str = "") -> Explain:
    """Return what explains a fault in fixed words; ``{0}`` stands for the pattern's first group."""

    def explain(case: Case, *groups: str) -> LabError:
        return case.error(kind, *(part.format(*groups) for part in (message, why, fix)))

    return explain


def meant(names: Sequence[str]) -> str:
    """Return the question whether one of *names* was meant; nothing without any."""
    return f"Did you mean {' or '.join(names)}?" if names else ""
