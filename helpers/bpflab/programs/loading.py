"""What is loaded, by name: ``load``, ``close`` and ``loaded``."""

from __future__ import annotations

import weakref
from collections.abc import Mapping

from bpflab.bindings import engine
from bpflab.compiling import build, source
from bpflab.errors import LabError
from bpflab.interrupts import held_back
from bpflab.programs.program import Program

_AUTOMATIC = (
    "kprobe__",
    "kretprobe__",
    "tracepoint__",
    "raw_tracepoint__",
    "kfunc__",
    "kretfunc__",
)

_by_name: weakref.WeakValueDictionary[str, Program] = weakref.WeakValueDictionary()


def load(
    name: str,
    *,
    text: str | None = None,
    type: str = "tracepoint",
    defines: Mapping[str, object] | None = None,
) -> Program:
    """Compile, verify and load the programs of *name*; return them, not yet attached.

    *name* is a file or a directory under ``bpf/`` (``"first_map/cut"``), or a path to a ``.c``
    file; with *text* it only names the C that is given. *type* is the kernel's program type, one
    for all: ``tracepoint``, ``raw_tracepoint``, ``kprobe`` or ``socket_filter``. *defines* become
    ``-D`` flags.

    Loading a name again closes what it loaded before.

    Raises:
        LabError: whatever the compiler, the verifier or the kernel refuses, at the learner's line.
    """
    if type not in engine.TYPES:
        raise LabError(
            "type",
            f"There is no program type {type!r} here.",
            fix=f"One of {', '.join(engine.TYPES)}.",
        )
    code = source.find(name, defines) if text is None else source.from_text(text, name, defines)
    close(name)
    proof = build.prove(code, type, engine.VERSION)
    for function in proof.functions:
        if function.startswith(_AUTOMATIC):
            raise LabError(
                "automatic",
                f"{function} asks BCC to attach it by itself.",
                why="It would run before its maps are filled.",
                fix="Give it a plain name, and attach it when all is ready.",
            )
    program = None
    try:
        with held_back():
            program = _by_name[name] = Program(code, type, proof)
    except LabError:  # what was proved does not hold: the machine has changed, and this says how
        build.prove(code, type, engine.VERSION)
        raise
    except BaseException:  # the interrupt that was held back: nobody will hold what was loaded
        if program:
            program.close()
        raise
    return program


def close(name: str) -> None:
    """Close what was loaded as *name*, if anything."""
    if before := _by_name.get(name):
        before.close()


def loaded() -> list[Program]:
    """Return the programs that are loaded now, by name."""
    return [p for _, p in sorted(_by_name.items()) if not p.closed]
