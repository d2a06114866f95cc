"""Programs at their hooks: attached, for good or for a ``with`` block, and detached."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self

from bpflab.arguments import checked
from bpflab.bindings import hooks
from bpflab.errors import LabError, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.programs.handles import Loaded
from bpflab.source import Source
from bpflab.text import safe_text


class Attachable(Loaded):
    """Loaded programs that can be attached."""

    source: Source
    types: dict[str, str]
    hooks: dict[str, str]

    def __init__(self) -> None:
        super().__init__()
        self.links: dict[tuple[str, str], int] = {}

    @checked
    def attach(self, **targets: str) -> Self:
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
    def detach(self, *functions: str) -> Self:
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

    def belongs(self, targets: Mapping[str, str]) -> Self:
        """Note where functions belong: there ``attach`` puts them without arguments.

        Raises:
            LabError: ``no-program``, or what ``attach`` would say of such a hook.
        """
        for function, target in targets.items():
            self._fits(function, target)
            takes = _context(self.source.text, function)
            hooks.check(self.types[function], function, target, takes)
        self.hooks = {**self.hooks, **targets}
        return self

    def _fits(self, function: str, target: str) -> None:
        """Refuse a hook other than that of its section for a program that is bound to it."""
        self.functions[function]
        if self.types[function] == "tracing" and target != self.hooks[function]:
            raise LabError(
                "attach",
                f"{function} cannot be attached to {safe_text(target, 80)}.",
                why=f"Its section binds it to {self.hooks[function]}: the kernel checks its "
                "arguments when it is loaded.",
                fix="Change the section, and load it again.",
            )

    def _attach(self, function: str, target: str) -> None:
        with held_back(), self.descriptor(function) as fd, self._lock:
            self._alive()
            self._fits(function, target)
            type, takes = self.types[function], _context(self.source.text, function)
            self.links[function, target] = hooks.attach(type, function, fd, target, takes)


class Attached:
    """A ``with`` block in which programs are attached.

    A class, not a generator: an interrupt that comes just after a generator has attached would
    leave it suspended, and the program attached for as long as the traceback is kept.
    """

    def __init__(self, program: Attachable, targets: dict[str, str]) -> None:
        self._program, self._targets = program, targets
        self._new: list[str] = []

    def __enter__(self) -> Attachable:
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
