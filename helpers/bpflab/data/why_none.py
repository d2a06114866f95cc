"""Why there is nothing to see: the program was never attached, it filtered all, nothing came."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bpflab.reference.events import LIBC
from bpflab.text import safe_text

_CALL = re.compile(r"syscalls:sys_(?:enter|exit)_(\w+)")


@dataclass(frozen=True)
class Places:
    """Where a program is attached, as it fills both itself.

    Attributes:
        now: what is attached at this moment, by function and hook.
        ever: the hooks to which something was attached at some time.
    """

    now: Mapping[tuple[str, str], int] = field(default_factory=dict)
    ever: Collection[str] = ()

    def said(self) -> tuple[bool, str, list[str]]:
        """Return whether it is attached, where it is or was, and what the C library calls there.

        The second is empty where it never was.
        """
        # Another thread may attach or detach meanwhile: a live view shows what is said here.
        now = list(self.now)
        hooks = list(dict.fromkeys(hook for _, hook in now)) or list(self.ever)
        return bool(now), safe_text(" and ".join(sorted(hooks)), 200), _of_library(hooks)


def no_events(counts: Mapping[str, int], places: Places | None, ring: str = "") -> str:
    """Return why a log has no events: *counts* are the program's own, as far as it counts.

    *ring* is the name of its ring where the program has others. What it counts may then have gone
    through those, so it is no reason.

    >>> no_events({"seen": 3, "filtered": 3}, None)
    'the program saw 3 events: 3 filtered'
    """
    counts = {} if ring else counts
    parts = [f"{counts[name]:,} {name}" for name in ("filtered", "dropped") if counts.get(name)]
    if seen := counts.get("seen"):
        saw = f"the program saw {_events(seen)}: {', '.join(parts) or 'it sent none'}"
        return f"{saw}{_skipped(counts)}"
    if parts:
        return f"the program counted {', '.join(parts)}{_skipped(counts)}"
    if counts.get("missed"):
        return _skipped(counts).removeprefix("; ")
    none = "counted no event (seen is 0)" if "seen" in counts else "sent nothing"
    none += f" through {ring}" if ring else ""
    if places is None:
        return f"the program {none}"
    attached, where, hints = places.said()
    if not where:
        return "the program was never attached"
    if attached:
        return " ".join([f"it is attached to {where}, and has {none}", *hints])
    return " ".join([f"while attached to {where} it {none}", *hints])


def none_of(others: int, asked: int, counts: Mapping[str, int]) -> str:
    """Return why no event is shown where *others* came, of *asked* processes."""
    if not asked:
        return f"{_events(others)} came, and only= names no process"
    return f"{_events(others)} came, none of a process that only= names{_skipped(counts)}"


def no_entries(places: Places | None) -> str:
    """Return that a map has no entries, and at which *places* is the program that fills it."""
    empty = "the map is empty"
    if places is None:
        return empty
    attached, where, hints = places.said()
    if not where:
        return f"{empty}; its program was never attached"
    state = "is" if attached else "was"
    return " ".join([f"{empty}; its program {state} attached to {where}", *hints])


def _skipped(counts: Mapping[str, int]) -> str:
    """Return that runs were skipped, as an addition: whose events these were, nobody knows."""
    missed = counts.get("missed", 0)
    return (
        f"; the kernel skipped {missed:,} run{'s' * (missed != 1)} of the program" if missed else ""
    )


def _events(count: int) -> str:
    return f"{count:,} event{'s' * (count != 1)}"


def _of_library(hooks: list[str]) -> list[str]:
    """Return what the C library calls in the place of calls of which nothing came."""
    functions = [call[1] for hook in hooks if (call := _CALL.fullmatch(hook))]
    return [
        f"(The C library's {function}() makes {' or '.join(LIBC[function])}.)"
        for function in functions
        if LIBC.get(function)
    ]
