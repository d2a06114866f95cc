"""What keeps maps and attachments in the kernel when their program is closed: more descriptors."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from bpflab.arguments import Named, checked
from bpflab.data.maps import Map
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.programs.attached import Attachable


class Lease:
    """Second descriptors of a program's maps and attachments. ``program.hold`` makes it.

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

    def _add(self, name: str, program: Holdable) -> None:
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


class Holdable(Attachable):
    """Loaded programs of which parts can outlive them."""

    maps: Named[Map]

    @checked
    @contextlib.contextmanager
    def hold(self, *names: str) -> Iterator[Lease]:
        """Keep *names*, maps or attached functions, alive for a block, even if the program closes.

        The kernel counts references: a map lives as long as a descriptor, a pin or a loaded program
        refers to it, and an attachment as long as a descriptor or a pin of it does.

        Raises:
            LabError: ``no-lease`` where there is no such map or raw tracepoint's attachment.

        >>> with program.hold("counts") as lease:
        ...     program.close()
        """
        lease = Lease()
        try:
            with held_back():
                for name in names:
                    lease._add(name, self)
            yield lease
        finally:
            lease.release()
