"""What is loaded, by name: programs are loaded, closed and listed."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from bpflab import source
from bpflab.arguments import checked
from bpflab.compiling import bcc, clang
from bpflab.compiling.image import Image
from bpflab.errors import LabError, Place, needs_descriptors
from bpflab.interrupts import held_back
from bpflab.mistakes import warned
from bpflab.mistakes.context import TYPES
from bpflab.mistakes.sections import sections
from bpflab.programs.elf import from_elf
from bpflab.programs.objects import Objects, from_image
from bpflab.programs.program import Program
from bpflab.text import near, safe_text
from bpflab.views.beside import show
from bpflab.views.refusal import warning

_lock = threading.RLock()
_by_name: weakref.WeakValueDictionary[str, Program] = weakref.WeakValueDictionary()


def _in_fork() -> None:
    """Give a fork another lock: a thread that is not there may have this one."""
    global _lock
    _lock = threading.RLock()


os.register_at_fork(after_in_child=_in_fork)


@checked
@needs_descriptors("to load this program")
def load(
    name: str,
    *,
    text: str | None = None,
    type: str = "",
    defines: Mapping[str, object] | None = None,
    constants: Mapping[str, object] | None = None,
    label: str = "",
) -> Program:
    """Compile, verify and load the programs of *name*; return them, not yet attached.

    *name* is a file or a directory under ``bpf/`` (``"first_map/cut"``), or a path to a ``.c``
    file; with *text* it only names the C that is given. *defines* become ``-D`` flags. *constants*
    are set after the compile and before the load: what a text for libbpf declares
    ``const volatile``.

    A text whose programs name their section, as ``SEC("tracepoint/sched/sched_process_exec")``,
    is compiled by clang and goes through libbpf; where no section names a hook, as ``SEC("tp")``,
    *type* is one type for all. Every other text is compiled by BCC, and each
    function gets the kernel's program type that its context says (``struct pt_regs *`` is a
    kprobe's), ``tracepoint`` where nothing says it; *type* is for functions that take ``void *``,
    one type for all. BCC's own style is taken as well (``TRACEPOINT_PROBE``, ``kprobe__do_exit``);
    nothing is attached yet: `Program.hooks` has what the text says, and ``attach()`` goes there.

    What the compiler warns of at the text's lines, and some mistakes that it takes without a word,
    are shown below the cell; `Program.warnings` has them.

    A text that the kernel has accepted before is not compiled again. Loading a name again closes
    what it loaded before, once the new text is loaded; with a *label* that is what was loaded
    under the same label, so that one file can be loaded twice.

    Raises:
        LabError: whatever the compiler, the verifier or the kernel refuses, at the learner's line.

    >>> program = load("first_map/cut")
    >>> program = load("mine", text="int hook(void *ctx) { return 0; }")
    >>> program.attach(hook="syscalls:sys_enter_execve")
    """
    code = source.find(name, defines) if text is None else source.from_text(text, name, defines)
    compiler, made_of = way(code, type)
    if constants:
        made_of = functools.partial(made_of, constants=_for_libbpf(code, constants))
    made, program = compiler.known(code), None
    try:
        try:
            if made:
                with (
                    contextlib.suppress(LabError),
                    held_back(),
                ):  # a new compile shows what is wrong
                    program = Program(code, made_of(code, made))
            if program is None:
                made = compiler.compiled(code)
                with held_back():
                    program = Program(code, made_of(code, made))
                compiler.keep(code, made)
            program.asked = type
            with _lock, held_back():  # an interrupt ends the wait for the lock
                close(label or name)
                _by_name[label or name] = program
        finally:
            if compiler is bcc:
                bcc.make_ready()
        program.warnings = _warned(code, made)
    except BaseException as error:  # an interrupt too: nobody will hold what was loaded
        if program:
            program.close()
        if isinstance(error, LabError):
            error.lines, error.loaded = code.around(error), (code, type, made)
            if made:  # a warning may name the mistake that the kernel refuses
                _warned(code, made, None if error.kind == "verifier" else error.place)
        raise
    return program


def _for_libbpf(code: source.Source, constants: Mapping[str, object]) -> Mapping[str, object]:
    if code.dialect == "libbpf":
        return constants
    raise LabError(
        "no-constant",
        f"{code.name} is in BCC's dialect, which has no constants that are set before the load.",
        fix="Use defines=, which compiles it anew, or a map.",
    )


def _warned(
    code: source.Source, made: Image | clang.Elf, explained: Place | None = None
) -> tuple[LabError, ...]:
    """Show what is a mistake in a text that was compiled all the same, and return it.

    Of a line that is *explained* already nothing is shown.
    """
    facts: dict[str, Any] = {}
    if isinstance(made, Image):
        facts = {"fields": made.fields, "keys": {spec.name: spec.key for spec in made.maps}}
    found = warned.warnings(code, made.warnings, **facts)
    for each in found:
        if explained is None or each.place != explained:
            show(warning(each))
    return found


def way(code: source.Source, type: str) -> tuple[Any, Callable[..., Objects]]:
    """Return what compiles *code*, and what makes the kernel's objects of the result."""
    if type and type not in TYPES:
        message = f"There is no program type {safe_text(type, 60)!r} here."
        raise LabError("type", message, fix=near(type, TYPES))
    if code.dialect == "libbpf":
        hooked = [section for section, _ in sections(code).values() if "/" in section]
        if type and hooked:
            raise LabError(
                "type",
                f'A program of SEC("{safe_text(hooked[0], 80)}") takes no type.',
                why="The section says the type and the hook.",
                fix="Leave type= out.",
            )
        return clang, functools.partial(from_elf, type=type)
    return bcc, functools.partial(from_image, type=type)


@checked
def close(name: str) -> None:
    """Close what was loaded as *name*, or with that label, if anything.

    >>> close("first_map/cut")
    """
    if before := _by_name.get(name):
        before.close()


def loaded() -> list[Program]:
    """Return the programs that are loaded now, by name.

    >>> for program in loaded():
    ...     program.close()
    """
    found = [p for ref in _by_name.valuerefs() if (p := ref()) is not None and not p.closed]
    return sorted(found, key=lambda program: program.name)
