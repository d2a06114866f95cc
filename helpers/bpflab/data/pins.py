"""Pins: a map's name in bpffs, which keeps the map in the kernel."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from bpflab.bindings import bpf
from bpflab.errors import LabError
from bpflab.files import sweep
from bpflab.interrupts import held_back

_MOUNTS = Path("/proc/self/mounts")


@contextlib.contextmanager
def pinned(name: str, descriptor: Callable[[], int]) -> Iterator[Path]:
    """Pin the map *name* for a block, which gets the path; the pin is removed at its end.

    *descriptor* gives one of the map, which is closed here.

    Raises:
        LabError: ``no-pin`` where no bpffs is mounted, or this process may not write to it.
    """
    place = bpffs()
    if place is None or not os.access(place, os.W_OK | os.X_OK):
        raise LabError(
            "no-pin",
            "No map can be pinned here.",
            why="No bpffs is mounted." if place is None else f"You may not write to {place}.",
            fix="As root: mount -t bpf bpf /sys/fs/bpf" if place is None else "It takes root.",
        )
    sweep(place, "bpflab-")  # of processes that were killed
    path = place / f"bpflab-{os.getpid()}-{name}"
    try:
        with held_back():
            _pin(name, descriptor(), path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def bpffs() -> Path | None:
    """Return where a bpffs is mounted, or None."""
    rows = (line.split() for line in _MOUNTS.read_text(errors="backslashreplace").splitlines())
    return next((Path(row[1]) for row in rows if row[2] == "bpf"), None)


def _pin(name: str, fd: int, path: Path) -> None:
    try:
        bpf.pin(fd, path)
    except OSError as error:
        raise LabError("no-pin", f"{name} cannot be pinned: {error.strerror}.") from None
    finally:
        os.close(fd)
