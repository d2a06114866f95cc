"""A program's life in the kernel: load, fill, attach, close."""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from typing import Any

import numpy as np

from bpflab import source
from bpflab.arguments import Named, checked
from bpflab.bindings import hooks
from bpflab.data.accounting import Missed
from bpflab.data.events import EventLog
from bpflab.data.ring import Ring
from bpflab.errors import LabError, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.mistakes import refused
from bpflab.mistakes.declarations import Declarations
from bpflab.programs.keep import Holdable
from bpflab.programs.objects import Objects
from bpflab.programs.perf import PerfBuffer
from bpflab.programs.testrun import Runnable


class Program(Holdable, Runnable):
    """The programs of one source, loaded, with their maps. Made by ``load``.

    Attributes:
        name: what it was loaded as.
        source: its C.
        type: the kernel's program type; of programs of several types, all of them.
        types: the type of each program.
        asked: the type that `load` was asked for, if any.
        functions: name of each program and the fd that holds it.
        maps: its maps by name.
        links: the fd that holds each attachment, by function and hook.
        rings: the readers of its ring buffers that were asked for.
        sent: the instructions of each program, as the kernel got them: ``struct bpf_insn``.
        logs: what the verifier reported of each program.
        warnings: what is a mistake in the text although it loads, as `load` shows it.
        hooks: where the text says that a program belongs, by its section, context or name.

    >>> program = load("first_map/cut")
    >>> program.attach(hook="syscalls:sys_enter_execve")
    >>> table(program.events.frame(), "What was executed")
    >>> program.close()
    """

    def __init__(self, code: source.Source, made: Objects) -> None:
        super().__init__()
        self.name, self.source = code.name, code
        self.warnings: tuple[LabError, ...] = ()
        self.asked = ""
        self.types, self.type = made.types, ", ".join(sorted(set(made.types.values())))
        self.sent, self.logs, self.hooks = made.sent, made.logs, made.hooks
        self.rings: dict[str, Ring] = {}
        self._logs: dict[str, EventLog] = {}
        self.functions = Named("no-program", "program", code.name, made.functions)
        self.maps = Named("no-map", "map", code.name, made.maps)
        for name in Declarations(code).filled & made.maps.keys():
            made.maps[name].places = self.places
        self._events = made.events
        self._missed = Missed(self.functions)
        held = made, self.links, self.rings, self._missed
        self._release = weakref.finalize(self, _release, *held, os.getpid())

    def __repr__(self) -> str:
        if self.closed:
            return f"<Program {self.name}, closed>"
        at = dict(self.links.keys())
        parts = [f"{f} → {at[f]}" if f in at else f for f in self.functions]
        return f"<Program {self.name}: {', '.join(parts)}; maps {', '.join(self.maps)}>"

    @property
    def processed(self) -> dict[str, int]:
        """How many instructions the verifier went through for each program."""
        found = {n: re.search(r"^processed (\d+) insns", log, re.M) for n, log in self.logs.items()}
        return {name: int(match[1]) for name, match in found.items() if match}

    @property
    def missed(self) -> int:
        """How many runs the kernel skipped since the load; after `close`, up to then.

        A program is not entered again on a CPU that is in the middle of it, and cannot count that.

        >>> program.missed
        """
        return self._missed.total()

    @property
    def events(self) -> EventLog:
        """The log of the ring buffer named ``events``.

        >>> program.events.frame()
        """
        return self.log("events")

    @checked
    def log(self, ring: str) -> EventLog:
        """Return the log of ring buffer *ring*, the same one each time.

        Raises:
            LabError: ``no-ring`` where the program sends nothing through a ring of that name.

        >>> program.log("failures").frame()
        """
        if ring not in self._logs:
            with held_back():
                self._logs[ring] = EventLog(
                    self.ring(ring),
                    self.maps,
                    missed=self._missed.total,
                    places=self.places,
                    one_of=ring if len(self._events) > 1 else "",
                )
        return self._logs[ring]

    @checked
    def ring(self, name: str = "events") -> Ring:
        """Return the reader of ring buffer *name*, the same one each time."""
        self._alive()
        if name not in self.rings:
            rings = [n for n in self._events if self.maps[n].type == "ringbuf"]
            if name not in rings:
                raise LabError(
                    "no-ring",
                    f"{self.name} sends no events through a ring buffer {name!r}.",
                    fix=f"It has {', '.join(rings)}." if rings else "Declare BPF_RINGBUF_OUTPUT.",
                )
            ring = self.maps[name]
            try:
                with held_back(), needs_descriptors(f"to read the ring buffer {name}"):
                    self.rings[name] = Ring(ring.fd, ring.max_entries, self.event_dtype(name))
            except OSError as error:
                raise refused.short_of(self.name, error) or error from None
        return self.rings[name]

    @checked
    def perf_buffer(self, name: str = "output", pages: int = 8) -> PerfBuffer:
        """Open a reader of perf buffer *name*: a buffer of *pages* for each CPU that is online.

        Events are lost while there is none. To be used as a ``with`` block, which closes it.

        Raises:
            LabError: ``no-perf-buffer``, ``pages`` (a power of two, of which the kernel has enough)
                or ``privilege`` (it takes CAP_PERFMON).

        >>> with program.perf_buffer(pages=8) as buffer:
        ...     buffer.read()
        """
        if name not in self.maps or self.maps[name].type != "perf_event_array":
            message = f"{self.name} has no perf buffer {name!r}."
            raise LabError("no-perf-buffer", message, fix="Declare BPF_PERF_OUTPUT.")
        return PerfBuffer(self.maps[name], self.event_dtype(name), pages, counters=self.maps)

    def event_dtype(self, buffer: str) -> np.dtype[Any]:
        """Return the dtype of what is sent through a ring buffer or a perf buffer.

        Raises:
            LabError: ``no-events`` where nothing is; ``no-event-type``, ``event-field``.
        """
        found = self._events.get(buffer)
        if found is None:
            raise LabError("no-events", f"{self.name} sends no events through {buffer!r}.")
        if isinstance(found, LabError):
            found.lines = self.source.around(found)
            raise found
        return found

    def close(self) -> None:
        """Detach, unmap and free everything. What was logged stays readable.

        >>> program.close()
        """
        with held_back(), contextlib.ExitStack() as ends:  # each end comes, whatever another raises
            ends.callback(super().close)
            if not self.closed:
                for log in self._logs.values():
                    ends.callback(log.settle)
                ends.callback(self.detach)


def _release(
    made: Objects,
    links: dict[tuple[str, str], int],
    rings: dict[str, Ring],
    missed: Missed,
    owner: int,
) -> None:
    """Give back all that the kernel holds; runs once, whoever asks first."""
    if os.getpid() != owner:
        return  # a forked child holds copies of the fds and owns nothing
    with held_back():
        for (function, _), link in links.items():
            hooks.detach(made.types[function], link)
        links.clear()
        for ring in rings.values():
            ring.close()
        try:
            missed.settle()
        finally:
            made.close()
