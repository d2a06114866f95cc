"""What is loaded, by name: ``load``, ``close`` and ``loaded``."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping

from bpflab.arguments import checked
from bpflab.bindings import engine
from bpflab.compiling import build, source
from bpflab.errors import LabError
from bpflab.interrupts import held_back
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

# BCC's compiler changes the folder and the globals of the whole process (iovisor/bcc,
# src/cc/frontends/clang/loader.cc): two that run at once in this process end it.
_one_at_a_time = threading.RLock()
_by_name: weakref.WeakValueDictionary[str, Program] = weakref.WeakValueDictionary()


@checked
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

    Loading a name again closes what it loaded before, once the new text is loaded. Threads may load
    at the same time; each waits for its turn. Ctrl-C waits for a compile that has begun.

    Raises:
        LabError: whatever the compiler, the verifier or the kernel refuses, at the learner's line.

    >>> program = load("first_map/cut")
    >>> program = load("mine", text="int hook(void *ctx) { return 0; }")
    """
    if type not in engine.TYPES:
        message = f"There is no program type {safe_text(type, 60)!r} here."
        raise LabError("type", message, fix=near(type, engine.TYPES))
    code = source.find(name, defines) if text is None else source.from_text(text, name, defines)
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
        with _one_at_a_time, held_back():  # an interrupt ends the wait for the lock
            program = Program(code, type, proof)
            close(name)
            _by_name[name] = program
    except LabError:  # what was proved does not hold: the machine has changed, and this says how
        build.prove(code, type, engine.VERSION)
        raise
    except BaseException:  # the interrupt that was held back: nobody will hold what was loaded
        if program:
            program.close()
        raise
    return program


@checked
def close(name: str) -> None:
    """Close what was loaded as *name*, if anything."""
    if before := _by_name.get(name):
        before.close()


def loaded() -> list[Program]:
    """Return the programs that are loaded now, by name."""
    found = [p for ref in _by_name.valuerefs() if (p := ref()) is not None and not p.closed]
    return sorted(found, key=lambda program: program.name)
