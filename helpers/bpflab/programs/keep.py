"""What keeps an object in the kernel when its program is closed: a second descriptor, or a pin."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from bpflab.arguments import Named, checked
from bpflab.bindings import bpf
from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.files import sweep
from bpflab.interrupts import held_back
from bpflab.programs.program import Program

_MOUNTS = Path("/proc/self/mounts")


class Lease:
    """Second descriptors of a program's maps and attachments. `hold` makes it.

    Attributes:
        maps: the maps that were asked for, readable and writable as before.
        fds: each descriptor, by the name of the map or of the attached function.
    """

    def __init__(self) -> None:
        self.maps: Named[Map] = Named("no-map", "map", "This lease", {})
        self.fds: dict[str, int] = {}

    def release(self, *names: str) -> None:
        """Close these descriptors, or all; again is no error."""
        for name in names or tuple(self.fds):
            with held_back():
                if name in self.maps:
                    self.maps.pop(name).close()
                if name in self.fds:
                    os.close(self.fds.pop(name))

    def _add(self, name: str, program: Program) -> None:
        links = {function: fd for (function, _), fd in program.links.items()}
        if name in program.maps:
            self.maps[name] = program.maps[name].duplicate()
            self.fds[name] = self.maps[name].fd
        elif name in links and program.type == "raw_tracepoint":
            self.fds[name] = os.dup(links[name])
        else:
            raise LabError(
                "no-lease",
                f"{program.name} has no map and no attached raw tracepoint {name!r} to keep.",
                why="A tracepoint's program depends on a perf event, and closing disables that.",
            )


@checked
@contextlib.contextmanager
def hold(program: Program, *names: str) -> Iterator[Lease]:
    """Keep *names* of *program*, maps or attached functions, alive for a block, even if it closes.

    The kernel counts references: a map lives as long as a descriptor, a pin or a loaded program
    refers to it, and an attachment as long as a descriptor or a pin of it does.

    Raises:
        LabError: ``no-lease`` where there is no such map or raw tracepoint's attachment.

    >>> with hold(program, "counts") as lease:
    ...     program.close()
    """
    lease = Lease()
    try:
        with held_back():
            for name in names:
                lease._add(name, program)
        yield lease
    finally:
        lease.release()


@checked
@contextlib.contextmanager
def pinned(map: Map) -> Iterator[Path]:
    """Pin *map* in bpffs for a block, which gets the path; the pin is removed at its end.

    Raises:
        LabError: ``no-pin`` where no bpffs is mounted, or this process may not write to it.

    >>> with pinned(program.maps["counts"]) as path:
    ...     print(path)
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
    path = place / f"bpflab-{os.getpid()}-{map.name}"
    try:
        with held_back():
            _pin(map, path)
        yield path
    finally:
        path.unlink(missing_ok=True)


def bpffs() -> Path | None:
    """Return where a bpffs is mounted, or None."""
    rows = (line.split() for line in _MOUNTS.read_text(errors="backslashreplace").splitlines())
    return next((Path(row[1]) for row in rows if row[2] == "bpf"), None)


def _pin(map: Map, path: Path) -> None:
    fd = map.duplicate().fd  # which stays this map's if its program is closed meanwhile
    try:
        bpf.pin(fd, path)
    except OSError as error:
        raise LabError("no-pin", f"{map.name} cannot be pinned: {error.strerror}.") from None
    finally:
        os.close(fd)
