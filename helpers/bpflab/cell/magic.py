"""``%%bpf``: a cell that holds C, loads it, and gives the program a name in Python."""

from __future__ import annotations

import argparse
import builtins
import keyword
import re
import shlex
from typing import TYPE_CHECKING, NoReturn

from bpflab.errors import LabError
from bpflab.text import near, safe_text

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from bpflab.programs.program import Program
    from bpflab.views import View

USAGE = "%%bpf NAME [--type TYPE] [--hook [FUNCTION=]HOOK] [-D NAME=VALUE]"
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_UNCOUNTED = ("ringbuf", "perf_event_array")  # their size depends on the machine, not on the text


def install(shell: InteractiveShell) -> None:
    """Register the magic."""
    shell.register_magic_function(bpf, "cell", "bpf")  # type: ignore[arg-type]  # a bound method's


def bpf(line: str, cell: str) -> None:
    """Load the C of this cell, and name the program NAME in Python. Nothing is attached.

    %%bpf NAME [--type TYPE] [--hook [FUNCTION=]HOOK] [-D NAME=VALUE]

    --type    the kernel's program type: tracepoint by default, raw_tracepoint, kprobe or
              socket_filter; nothing where the C names its sections
    --hook    where the program belongs, so that NAME.attach() needs no argument; with several
              programs, once for each, with the function's name
    -D        a macro of the C; {name} is the value of a Python variable

    Running the cell again closes what it loaded before; if the C is refused, NAME has no value. The
    same C in a .py file:
    NAME = load("NAME", text="…"), then NAME.attach(function="HOOK").

    Example, with one function in the cell:

    %%bpf opened --hook syscalls:sys_enter_openat -D PID={pid}
    """
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    from bpflab.programs.loading import load

    if (shell := get_ipython()) is None:  # the magic was called as a function
        raise LabError("argument", "%%bpf works in IPython alone.", fix="load(NAME, text=…)")
    asked = _parsed(line)
    _end(shell, asked.name)
    if not _COMMENT.sub("", cell).strip():  # an exercise that begins with an empty cell
        print(f"{asked.name}: this cell has no C yet.")
        return
    program = load(
        asked.name, text=_above(shell) + cell, type=asked.type, defines=dict(map(_macro, asked.D))
    )
    try:
        if not program.functions:
            raise LabError(
                "no-program",
                "This cell has no program.",
                why="A program is a function that is not static.",
                fix="Write one, as in int hook(void *ctx) { return 0; }",
            )
        program.belongs(dict(_hook(program, text) for text in asked.hook))
    except BaseException:
        program.close()
        raise
    shell.user_ns[asked.name] = program
    display(loaded_view(asked.name, program))  # type: ignore[no-untyped-call]


def loaded_view(name: str, program: Program) -> View:
    """Return what was loaded as a table: each program with its hook, each map with its size."""
    import pandas as pd

    from bpflab.views import table

    rows = [
        ("program", function, type, program.hooks.get(function))
        for function, type in program.types.items()
    ]
    for each, found in program.maps.items():
        size = f"{found.max_entries} entr{'y' if found.max_entries == 1 else 'ies'}"
        known = found.max_entries and found.type not in _UNCOUNTED
        rows.append(("map", each, found.type, size if known else None))
    frame = pd.DataFrame(rows, columns=["part", "name", "type", "hook or size"])
    return table(frame, f"{name} is loaded, and not attached")


def _end(shell: InteractiveShell, name: str) -> None:
    """Close what the cell loaded before: under a text that is refused it would be another one's."""
    from bpflab.programs.program import Program

    if isinstance(shell.user_ns.get(name), Program):
        shell.user_ns.pop(name).close()


class _Parser(argparse.ArgumentParser):
    """Arguments of a cell: a fault is a LabError, and nothing ends the process."""

    def error(self, message: str) -> NoReturn:
        option = re.match(r"argument (\S+): expected one argument", message)
        raise _refused(f"{option[1]} needs a value." if option else f"{message}.")


def _parsed(line: str) -> argparse.Namespace:
    if unknown := re.search(r"\{[^{}]*\}", line):  # IPython has left it, and all others, as it was
        raise _refused(
            f"{safe_text(unknown[0], 60)} has no value in Python.", "Give it one in a cell above."
        )
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--type", default="")
    parser.add_argument("--hook", action="append", default=[])
    parser.add_argument("-D", action="append", default=[])
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise _refused(f"The first line cannot be read: {error}.") from None
    asked, strange = parser.parse_known_args(words)
    if strange:
        options = ("--type", "--hook", "-D")
        message = f"%%bpf has no option {safe_text(strange[0], 60)!r}."
        raise _refused(message, near(strange[0].partition("=")[0], options))
    if len(asked.names) != 1:
        given = f"{len(asked.names)} names" if asked.names else "no name"
        raise _refused(f"%%bpf takes one name for the program, and got {given}.")
    asked.name = _variable(asked.names[0])
    return asked


def _variable(name: str) -> str:
    """Return *name* if a program can be called so in Python without hiding what is needed."""
    import bpflab

    if not name.isidentifier() or keyword.iskeyword(name):
        proposed = re.sub(r"\W", "_", name).lstrip("_0123456789")
        usable = proposed.isidentifier() and not keyword.iskeyword(proposed)
        raise _refused(
            f"{safe_text(name, 60)!r} cannot be a name in Python.",
            f"Call it {proposed}." if usable else "Use letters, digits and _.",
        )
    if name in bpflab.__all__ or hasattr(builtins, name):
        owner = "bpflab" if name in bpflab.__all__ else "Python"
        raise _refused(f"{name!r} is a name of {owner} itself.", f"Call it my_{name}.")
    return name


def _macro(text: str) -> tuple[str, str]:
    name, given, value = text.partition("=")
    return name, value if given else "1"  # as a compiler takes it


def _hook(program: Program, text: str) -> tuple[str, str]:
    """Return the function and the hook of ``FUNCTION=HOOK``, or of ``HOOK`` where there is one."""
    function, given, hook = text.partition("=")
    if given:
        return function, hook
    functions = list(program.functions)
    if len(functions) != 1:
        each = " ".join(f"--hook {name}=HOOK" for name in functions)
        message = f"{program.name} has {len(functions)} programs: --hook must say which one."
        raise _refused(message, f"Write {each}.")
    return functions[0], text


def _above(shell: InteractiveShell) -> str:
    """Return empty lines for those above the C, so that a line has its number in the cell.

    That is the magic's own line, and empty ones before it, which IPython drops.
    """
    history = shell.history_manager
    head, found, _ = (history.input_hist_raw[-1] if history else "").partition("%%bpf")
    return "\n" * (1 + (head.count("\n") if found and not head.strip() else 0))


def _refused(message: str, fix: str = "") -> LabError:
    return LabError("argument", message, why=f"It is used as {USAGE}.", fix=fix)
