"""Programs at their hooks: attached, for good or for a ``with`` block, and detached."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from typing import Self

from bpflab.arguments import checked
from bpflab.arguments.kinds import shown
from bpflab.bindings import hooks
from bpflab.data.why_none import Places
from bpflab.errors import LabError, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.mistakes.context import context
from bpflab.mistakes.sections import may_sleep, no_sleep_at
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
        self._ever: dict[str, None] = {}
        self.places = Places(self.links, self._ever)

    @checked
    def attach(self, *hook: str, **targets: str) -> Self:
        """Attach each function to its hook. What is attached there already stays as it is.

        Of a text with one function the hook is enough. Without arguments each function goes where
        the text says: by its section (``SEC("tracepoint/…")``), by the tracepoint's struct that it
        takes, or by a name as BCC's macros write it (``kprobe__do_exit``).

        Raises:
            LabError: ``no-tracepoint``, ``no-kprobes``, ``no-program``, ``no-hook`` or ``attach``;
                then none of these hooks is attached.

        >>> program.attach(hook="syscalls:sys_enter_execve")
        """
        self.attach_new(self._named(hook, targets))
        return self

    @needs_descriptors("to attach a program")
    def attach_new(self, targets: Mapping[str, str]) -> list[str]:
        """Attach as `attach` does; return the functions that were not attached there before."""
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

        >>> program.detach()
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
    def attached(self, *hook: str, **targets: str) -> Attached:
        """Attach for the length of a ``with`` block, as ``attach`` does.

        >>> with program.attached(hook="syscalls:sys_enter_execve"):
        ...     run("/usr/bin/true")
        """
        return Attached(self, self._named(hook, targets))

    def belongs(self, targets: Mapping[str, str]) -> Self:
        """Note where functions belong: there ``attach`` puts them without arguments.

        Raises:
            LabError: ``no-program``, or what ``attach`` would say of such a hook.
        """
        for function, target in targets.items():
            self._fits(function, target)
            hooks.check(self.types[function], function, target, *self._written(function))
        self.hooks = {**self.hooks, **targets}
        return self

    def _named(self, given: tuple[str, ...], targets: dict[str, str]) -> dict[str, str]:
        """Return *targets*, with the only function's *hook* if that was given without a name.

        Without either, return where the text says that its functions belong.
        """
        if not self.functions:
            raise LabError(
                "no-program",
                f"{self.source.name} has no program to attach.",
                why="A program is a function that is not static.",
                fix="Write one, as in int hook(void *ctx) { return 0; }",
            )
        if not given:
            return targets or dict(self._known())
        hook = given[-1]
        if len(self.functions) == len(given) == 1 and not targets and hook not in self.functions:
            return {next(iter(self.functions)): hook}
        function = hook if hook in self.functions else next(iter(self.functions))
        raise LabError(
            "argument",
            f"{shown(hook)} is given without the name of its function.",
            why=f"{self.source.name} has the functions {', '.join(self.functions)}."
            if len(self.functions) > 1
            else "The name of the function comes before its hook.",
            fix=f"As in attach({function}={_example(self.types[function])}).",
        )

    def _known(self) -> Mapping[str, str]:
        """Return where the text says that its functions belong; at least one of them."""
        if not self.hooks:
            for function, type in self.types.items():
                if type not in ("tracepoint", "raw_tracepoint", "kprobe"):
                    raise hooks.not_here(type, function)
            names = ", ".join(self.functions)
            first, type = next(iter(self.types.items()))
            raise LabError(
                "no-hook",
                f"Nothing says where {names} {'belong' if len(self.functions) > 1 else 'belongs'}.",
                why="A function names its hook by its section, or by the tracepoint's struct that "
                "it takes.",
                fix=f"Name it: attach({first}={_example(type)}).",
            )
        return self.hooks

    def _fits(self, function: str, target: str) -> None:
        """Refuse a hook other than its own for a program that was loaded for one."""
        self.functions[function]
        if self.types[function] not in hooks.BOUND:
            return
        own = self.hooks.get(function)
        if own is None:
            raise hooks.not_here(self.types[function], function)
        if target != own:
            raise LabError(
                "attach",
                f"{function} cannot be attached to {safe_text(target, 80)}.",
                why=f"The text binds it to {own}: the kernel checks its arguments when it is "
                "loaded.",
                fix="Change the text, and load it again.",
            )

    def _written(self, function: str) -> tuple[str, str]:
        """Return the tracepoint's struct that *function* takes, if any, and the text's dialect."""
        struct, _ = context(self.source, function)
        return struct if struct.startswith("tracepoint__") else "", self.source.dialect

    def _attach(self, function: str, target: str) -> None:
        with held_back(), self.descriptor(function) as fd, self._lock:
            self._alive()
            self._fits(function, target)
            type, written = self.types[function], self._written(function)
            try:
                link = hooks.attach(type, function, fd, target, *written)
            except LabError as error:
                refused = error.message.endswith(f"{os.strerror(errno.EINVAL)}.")
                if refused and may_sleep(self.source, function):
                    raise no_sleep_at(self.source, function, target) from None
                raise
            self.links[function, target] = link
            self._ever[target] = None


def _example(type: str) -> str:
    """Return how a hook of a program of this type is written."""
    return {"kprobe": '"vfs_unlink"', "raw_tracepoint": '"sched_switch"'}.get(
        type, '"category:event"'
    )


class Attached:
    """A ``with`` block in which programs are attached.

    A class, not a generator: an interrupt that comes just after a generator has attached would
    leave it suspended, and the program attached for as long as the traceback is kept.
    """

    def __init__(self, program: Attachable, targets: dict[str, str]) -> None:
        self._program, self._targets = program, targets
        self._new: list[str] = []

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} → {safe_text(hook)}" for name, hook in self._targets.items())
        return f"<Attached: {parts}; in a with block, and for its length>"

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
