"""A path in a buffer, with all that stands behind it, as commands on one CPU leave it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from bpflab.errors import LabError
from bpflab.exercises.exercise import Wrong
from bpflab.exercises.trial import EXECVE
from bpflab.programs.loading import load
from bpflab.programs.program import Program
from bpflab.text import safe_text

_TRIES = 300  # other programs start on this CPU, too
_COUNT = "BPF_PERCPU_ARRAY(ran, u64, 1);\nint hook(void *ctx) { ran.increment(0); return 0; }"
_Seen = TypeVar("_Seen")


def longer(path: str, length: int) -> str:
    """Return another path to the same file, of *length* characters, if it is not shorter."""
    folder, name = path.rsplit("/", 1)
    more, one = divmod(length - len(path), 2)
    return f"{folder}/{'./' * more}{'/' * one}{name}"


def path_in(program: Program, cpu: int) -> bytes:
    """Return the field ``path`` of what BUF holds for a CPU.

    Raises:
        Wrong: where there is no such field.
    """
    buffer = program.maps["BUF"]
    known: Any = buffer.value_dtype.fields or {}
    if "path" not in known:
        raise Wrong("The value of BUF has no field path.")
    dtype, at = known["path"][:2]
    return buffer.raw(0)[cpu][at : at + dtype.itemsize]


def rest(held: bytes, path: str) -> bytes:
    """Return what stands behind *path*, without the zeros around it."""
    return held[len(path) :].strip(b"\0")


def whole(held: bytes, path: str, what: str) -> None:
    """Compare all bytes of a buffer with a path and zeros. *what* is in words what holds them.

    Raises:
        Wrong: where another path stands there, or bytes behind it.
    """
    if held.split(b"\0", 1)[0] != path.encode():
        rows = [("path", path, safe_text(held.split(b"\0", 1)[0]))]
        raise Wrong(f"The path in {what} is not the one that ran last.", rows)
    if left := rest(held, path):
        at = held.index(left, len(path))
        count = sum(map(bool, left))
        row = (f"from byte {at} on", "zeros", safe_text(left[:40]))
        raise Wrong(f"After the NUL, {count} bytes of another path are in {what}.", [row])


@contextmanager
def alone() -> Iterator[Callable[[Callable[[int], _Seen], int], _Seen]]:
    """Give a block a function that calls another one until nobody else ran on its CPU.

    It takes what to call, which gets the number of the CPU, and how many commands that executes.
    """
    cpu = min(os.sched_getaffinity(0))
    with load("03 alone", text=_COUNT) as counter, counter.attached(hook=EXECVE):

        def undisturbed(act: Callable[[int], _Seen], count: int) -> _Seen:
            for _ in range(_TRIES):
                before = counter.maps["ran"][0][cpu]
                seen = act(cpu)
                if counter.maps["ran"][0][cpu] == before + count:
                    return seen
            raise LabError("deadline", "Other programs start on this CPU all the time.")

        yield undisturbed
