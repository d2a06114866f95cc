"""What is loaded, by name: ``load``, ``close`` and ``loaded``."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Mapping

from bpflab.arguments import checked
from bpflab.compiling import bcc, clang, source
from bpflab.compiling.image import Image
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.programs.elf import from_elf
from bpflab.programs.objects import Objects, from_image
from bpflab.programs.program import Program
from bpflab.text import near, safe_text

_AUTOMATIC = (
    "kprobe__",
    "kretprobe__",
    "tracepoint__",
    "raw_tracepoint__",
    "kfunc__",
    "kretfunc__",
)

TYPES = ("tracepoint", "raw_tracepoint", "kprobe", "socket_filter")
"""The types that a text in BCC's dialect can be loaded as, by the kernel's name."""

_lock = threading.RLock()
_by_name: weakref.WeakValueDictionary[str, Program] = weakref.WeakValueDictionary()


@checked
def load(
    name: str,
    *,
    text: str | None = None,
    type: str = "",
    defines: Mapping[str, object] | None = None,
    label: str = "",
) -> Program:
    """Compile, verify and load the programs of *name*; return them, not yet attached.

    *name* is a file or a directory under ``bpf/`` (``"first_map/cut"``), or a path to a ``.c``
    file; with *text* it only names the C that is given. *defines* become ``-D`` flags.

    A text whose programs name their section, as ``SEC("tracepoint/sched/sched_process_exec")``,
    is compiled by clang and goes through libbpf. Every other text is compiled by BCC, and *type*
    is the kernel's program type, one for all: ``tracepoint`` where nothing is said,
    ``raw_tracepoint``, ``kprobe`` or ``socket_filter``.

    A text that the kernel has accepted before is not compiled again. Loading a name again closes
    what it loaded before, once the new text is loaded; with a *label* that is what was loaded
    under the same label, so that one file can be loaded twice.

    Raises:
        LabError: whatever the compiler, the verifier or the kernel refuses, at the learner's line.

    >>> program = load("first_map/cut")
    >>> program = load("mine", text="int hook(void *ctx) { return 0; }")
    """
    code = source.find(name, defines) if text is None else source.from_text(text, name, defines)
    program = None
    try:
        made = _libbpf(code, type) if code.dialect == "libbpf" else _bcc(code, type)
        with held_back():
            program = Program(code, made)
            with _lock:
                close(label or name)
                _by_name[label or name] = program
    except BaseException:  # the interrupt that was held back: nobody will hold what was loaded
        if program:
            program.close()
        raise
    return program


def _bcc(code: source.Source, type: str) -> Objects:
    type = type or "tracepoint"
    if type not in TYPES:
        message = f"There is no program type {safe_text(type, 60)!r} here."
        raise LabError("type", message, fix=near(type, TYPES))
    made = None
    if image := bcc.known(code):
        with contextlib.suppress(LabError):  # a new compile shows what is wrong
            made = _accepted(code, image, type)
    if not made:
        image, answer = bcc.compiled(code)
        made = _accepted(code, image, type)
        bcc.keep(code, answer)
    bcc.make_ready()
    return made


def _accepted(code: source.Source, image: Image, type: str) -> Objects:
    for program in image.programs:
        if program.name.startswith(_AUTOMATIC):
            raise LabError(
                "automatic",
                f"{program.name} asks BCC to attach it by itself.",
                why="It would run before its maps are filled.",
                fix="Give it a plain name, and attach it when all is ready.",
            )
    with held_back():
        return from_image(code, image, type)


def _libbpf(code: source.Source, type: str) -> Objects:
    if type:
        raise LabError(
            "type",
            "A program with a section takes no type.",
            why='SEC("…") says the type and the hook.',
            fix="Leave type= out.",
        )
    if elf := clang.known(code):
        with contextlib.suppress(LabError), held_back():
            return from_elf(code, elf)
    elf = clang.compiled(code)
    with held_back():
        made = from_elf(code, elf)
    clang.keep(code, elf)
    return made


@checked
def close(name: str) -> None:
    """Close what was loaded as *name*, or with that label, if anything."""
    if before := _by_name.get(name):
        before.close()


def loaded() -> list[Program]:
    """Return the programs that are loaded now, by name."""
    found = [p for ref in _by_name.valuerefs() if (p := ref()) is not None and not p.closed]
    return sorted(found, key=lambda program: program.name)
