"""The one exception of the lab: what happened, where, why, and what to try."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Place:
    """A line of the learner's own source: file, line number from 1, and the line's text."""

    file: str
    line: int
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


_OF_MACHINE = {
    "deadline", "descriptors", "killed", "memory", "no-bcc", "no-bpftrace", "no-clang",
    "no-command", "no-compiler", "no-cpu", "no-headers", "no-kprobes", "no-libatomic", "no-libbpf",
    "no-trace", "no-tracefs", "no-vmlinux", "not-executed", "not-paused", "not-stored",
    "not-written", "not-yours", "privilege", "standby",
}  # fmt: skip


class LabError(Exception):
    """A fault that the lab foresees: a refused program, a missing privilege, a full map.

    Attributes:
        kind: one stable word for the fault, e.g. ``"stack"`` or ``"no-tracepoint"``.
        message: what happened, in one sentence.
        place: the learner's line that it happened on, or None where no line is to blame.
        why: the reason, as the compiler or the kernel sees it.
        fix: what to try.
        also: other lines that are part of the fault, each with what happens there.
        lines: the lines around these, in their order; filled by `load`.
        kernel: the reason in the kernel's own words, where it gives one (from Linux 7.3 on).
        log: the whole text of the compiler or the verifier.
        loaded: the source, the type and the compiled text that are refused; filled by `load`, for
            `verifier`.

    >>> raise LabError("no-tracepoint", "There is no tracepoint syscalls:sys_enter_exec.",
    ...                fix="Did you mean syscalls:sys_enter_execve?")
    Traceback (most recent call last):
    bpflab.errors.LabError: There is no tracepoint syscalls:sys_enter_exec.
      try    Did you mean syscalls:sys_enter_execve?
    """

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        place: Place | None = None,
        why: str = "",
        fix: str = "",
        also: Sequence[tuple[Place, str]] = (),
        kernel: str = "",
        log: str = "",
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.place = place
        self.why = why
        self.fix = fix
        self.also = tuple(also)
        self.lines: tuple[Place, ...] = ()
        self.kernel = kernel
        self.log = log
        self.loaded: tuple[object, str, object] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        """How a pool or a copy makes it again: an exception is called with its ``args`` alone."""
        return type(self), (self.kind, self.message), self.__dict__

    @property
    def file(self) -> str | None:
        """The learner's file, or None."""
        return self.place.file if self.place else None

    @property
    def line(self) -> int | None:
        """The learner's line, counted from 1, or None."""
        return self.place.line if self.place else None

    @property
    def of_machine(self) -> bool:
        """Whether this machine, and not what it was asked for, is the reason."""
        return self.kind in _OF_MACHINE

    @property
    def of_verifier(self) -> bool:
        """Whether the kernel's verifier has looked at the program, and refused it."""
        return "\nprocessed " in f"\n{self.log}"

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {name:<6} {text}" for name, text in self.rows())])

    def facts(self) -> dict[str, object]:
        """Return every part as JSON can keep it; a place is ``{"file", "line", "text"}``."""
        return {
            "kind": self.kind,
            "message": self.message,
            "place": self.place and asdict(self.place),
            "also": [{**asdict(place), "what": what} for place, what in self.also],
            "why": self.why,
            "kernel": self.kernel,
            "fix": self.fix,
            "lines": [asdict(place) for place in self.lines],
            "log": self.log,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Return what is known beside the message: where, also, why, kernel and try."""
        found = [("where", _shown(self.place))] if self.place else []
        found += [("also", f"{_shown(place)}    {what}") for place, what in self.also]
        found += [("why", self.why), ("kernel", self.kernel), ("try", self.fix)]
        return [(name, text) for name, text in found if text]

    def _render_traceback_(self) -> list[str]:
        """What IPython shows instead of a traceback: the text, and nothing of ours."""
        return f"{type(self).__name__} ({self.kind}): {self}".splitlines()


def _shown(place: Place) -> str:
    return f"{place}    {place.text.strip()}".rstrip()


NO_DESCRIPTOR = (errno.EMFILE, errno.ENFILE)
"""The errnos of a process, and of a machine, that has no descriptor left."""


def no_descriptor(purpose: str) -> LabError:
    """Return the fault of a process that has no descriptor left *purpose*: ``to load x``."""
    return LabError(
        "descriptors",
        f"There is no descriptor left {purpose}.",
        why="Each file, map and program that is open has a descriptor.",
        fix="Close what is not needed, or allow more: ulimit -n 4096 before ./lab.",
    )


@contextlib.contextmanager
def needs_descriptors(purpose: str) -> Iterator[None]:
    """Raise `no_descriptor` where the block finds none left."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_DESCRIPTOR:
            raise no_descriptor(purpose) from None
        raise
