"""Which Linux runs, and whether programs at a hook are interrupted, and so skipped, under it."""

import platform
import re

RELEASE = tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2])

# As measured. At a raw tracepoint Linux 7.0 does it too, but hardly ever.
_SINCE = {"system call": (7, 2), "raw tracepoint": (7, 1)}


def interrupted(kind):
    """Return whether another process may get the CPU in the middle of a program there."""
    return kind in _SINCE and _SINCE[kind] <= RELEASE


def may_miss(program):
    """Return how many of a program's runs at system calls were skipped; elsewhere it must be 0."""
    assert program.missed == 0 or interrupted("system call")
    return program.missed
