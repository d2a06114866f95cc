"""A program's life in the kernel: load, fill, attach, close."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np

from bpflab.arguments import Named, checked
from bpflab.bindings import hooks
from bpflab.bindings.info import recursion_misses
from bpflab.compiling import diagnose, source
from bpflab.data.events import EventLog
from bpflab.data.ring import Ring
from bpflab.errors import LabError, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.programs import handles
from bpflab.programs.objects import Objects
from bpflab.text import safe_text


class Program(handles.Loaded):
    """The programs of one source, loaded, with their maps. Made by ``load``.

    Attributes:
        name: what it was loaded as.
        source: its C.
        type: the kernel's program type; of programs of several types, all of them.
        types: the type of each program.
        functions: name of each program and the fd that holds it.
        maps: its maps by name.
        links: the fd that holds each attachment, by function and hook.
        rings: the readers of its ring buffers that were asked for.
        sent: the instructions of each program, as the kernel got them: ``struct bpf_insn``.
        logs: what the verifier reported of each program.
        warnings: what the compiler had to say all the same.
        hooks: where each program's section says that it belongs; empty in BCC's dialect.
    """

    def __init__(self, code: source.Source, made: Objects) -> None:
        super().__init__()
        self.name, self.source, self.warnings = code.name, code, made.warnings
        self.types, self.type = made.types, ", ".join(sorted(set(made.types.values())))
        self.sent, self.logs, self.hooks = made.sent, made.logs, made.hooks
        self.links: dict[tuple[str, str], int] = {}
        self.rings: dict[str, Ring] = {}
        self._logs: dict[str, EventLog] = {}
        self.functions = Named("no-program", "program", code.name, made.functions)
        self.maps = Named("no-map", "map", code.name, made.maps)
        self._events = made.events
        self._release = weakref.finalize(self, _release, made, self.links, self.rings, os.getpid())

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
    def events(self) -> EventLog:
        """The log of the ring buffer named ``events``."""
        return self.log("events")

    @checked
    def log(self, ring: str) -> EventLog:
        """Return the log of ring buffer *ring*, the same one each time.

        Raises:
            LabError: ``no-ring`` where the program sends nothing through a ring of that name.
        """
        if ring not in self._logs:
            with held_back():
                skipped = functools.partial(_missed, self.functions)
                self._logs[ring] = EventLog(self.ring(ring), self.maps, missed=skipped)
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
                self.rings[name] = Ring(ring.fd, ring.max_entries, self.event_dtype(name))
            except OSError as error:
                raise diagnose.short_of(self.name, error) or error from None
        return self.rings[name]

    def event_dtype(self, buffer: str) -> np.dtype[Any]:
        """Return the dtype of what is sent through a ring buffer or a perf buffer.

        Raises:
            LabError: ``no-events`` where nothing is; ``no-event-type``, ``event-field``.
        """
        found = self._events.get(buffer)
        if found is None:
            raise LabError("no-events", f"{self.name} sends no events through {buffer!r}.")
        if isinstance(found, LabError):
            raise found
        return found

    @checked
    def attach(self, **targets: str) -> Program:
        """Attach each function to its hook. What is attached there already stays as it is.

        Without arguments each function goes where its section says (``SEC("tracepoint/…")``).

        Raises:
            LabError: ``no-tracepoint``, ``no-kprobes``, ``no-program`` or ``attach``; then none of
                these hooks is attached.

        >>> program.attach(hook="syscalls:sys_enter_execve")
        """
        self.attach_new(targets)
        return self

    @needs_descriptors("to attach a program")
    def attach_new(self, targets: Mapping[str, str]) -> list[str]:
        """Attach as `attach` does; return the functions that were not attached there before."""
        targets = targets or self.hooks
        new = [f for f, target in targets.items() if (f, target) not in self.links]
        before = set(self.links)
        try:
            for function in new:
                self._attach(function, targets[function])
        except BaseException:  # an interrupt too, which was held back until one was attached
            if done := {function for function, _ in set(self.links) - before}:
                self.detach(*done)
            raise
        return new

    @checked
    def detach(self, *functions: str) -> Program:
        """Detach these functions, or all. They stay loaded, and their maps can be read.

        Raises:
            LabError: ``no-program`` where there is no such function; then nothing is detached.
        """
        for function in functions:
            self.functions[function]
        for function, target in list(self.links):
            if not functions or function in functions:
                with held_back():
                    link = self.links.pop((function, target), None)
                    if link is not None:  # a live view that ends may have detached it just now
                        hooks.detach(self.types[function], link)
        return self

    @checked
    def attached(self, **targets: str) -> Attached:
        """Attach for the length of a ``with`` block, as ``attach`` does.

        >>> with program.attached(hook="syscalls:sys_enter_execve"):
        ...     run("/usr/bin/true")
        """
        return Attached(self, targets)

    def close(self) -> None:
        """Detach, unmap and free everything. What was logged stays readable."""
        with held_back(), contextlib.ExitStack() as ends:  # each end comes, whatever another raises
            ends.callback(super().close)
            if not self.closed:
                for log in self._logs.values():
                    ends.callback(log.settle)
                ends.callback(self.detach)

    def _attach(self, function: str, target: str) -> None:
        with held_back(), self.descriptor(function) as fd, self._lock:
            self._alive()
            type, takes = self.types[function], _context(self.source.text, function)
            if type == "tracing" and target != self.hooks[function]:
                raise LabError(
                    "attach",
                    f"{function} cannot be attached to {safe_text(target, 80)}.",
                    why=f"Its section binds it to {self.hooks[function]}: the kernel checks its "
                    "arguments when it is loaded.",
                    fix="Change the section, and load it again.",
                )
            self.links[function, target] = hooks.attach(type, function, fd, target, takes)


class Attached:
    """A ``with`` block in which programs are attached.

    A class, not a generator: an interrupt that comes just after a generator has attached would
    leave it suspended, and the program attached for as long as the traceback is kept.
    """

    def __init__(self, program: Program, targets: dict[str, str]) -> None:
        self._program, self._targets = program, targets
        self._new: list[str] = []

    def __enter__(self) -> Program:
        before = set(self._program.links)
        try:
            self._new = self._program.attach_new(self._targets)
        except BaseException:  # an interrupt that was held back until all were attached
            self._detach([f for f, _ in set(self._program.links) - before])
            raise
        return self._program

    def __exit__(self, *_: object) -> None:
        self._detach(self._new)

    def _detach(self, functions: list[str]) -> None:
        if functions:
            self._program.detach(*functions)


def _context(text: str, function: str) -> str:
    """Return the struct of a tracepoint that *function* takes for its context, or nothing."""
    head = rf"\b{function}\s*\(\s*(?:const\s+)?struct\s+(tracepoint__\w+)\s*\*"
    found = re.search(head, text)
    return found[1] if found else ""


def _missed(functions: Mapping[str, int]) -> int:
    return sum(recursion_misses(fd) for fd in functions.values())


def _release(
    made: Objects, links: dict[tuple[str, str], int], rings: dict[str, Ring], owner: int
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
        made.close()
