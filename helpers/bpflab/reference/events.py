"""What events of the kernel are for, and which system calls the functions of the C library make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bpflab.reference.signature import rows


@dataclass(frozen=True)
class Event:
    """A tracepoint that many programs use.

    Attributes:
        name: ``category:event``.
        summary: one sentence: when it comes.
        words: what a learner may look for who wants it.
    """

    name: str
    summary: str
    words: frozenset[str]


EVENTS: Mapping[str, Event] = MappingProxyType(
    {
        row["event"]: Event(row["event"], row["summary"], frozenset(row["words"].split()))
        for row in rows("events.tsv")
    }
)
"""Some tracepoints by name; not every kernel has each."""

LIBC: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        row["function"]: tuple(call for call in row["calls"].split() if call != "-")
        for row in rows("libc.tsv")
    }
)
"""The functions of glibc that make a system call of another name, and what they call.

Of 64-bit machines, where a tuple is empty that has the vDSO answer. Each row names the file of
glibc that says so; ``tests/kernel/test_hooks_found.py`` asks the C library that is here.
"""


def callers(call: str) -> list[str]:
    """Return the functions of the C library that make system call *call* under another name.

    >>> callers("wait4")
    ['wait', 'waitpid']
    """
    return [function for function, calls in LIBC.items() if call in calls]
