"""Look at the machine: what the lab needs of it, what is missing, and the line that mends it.

Runs with nothing but the standard library, so that it can say on a bare machine what to install.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence

from bpflab.doctor import headers, kernel, user
from bpflab.doctor.machine import Machine, Python
from bpflab.doctor.report import Check, as_json, as_text, frame
from bpflab.doctor.trial import Trial

__all__ = [
    "NAMES",
    "Check",
    "Machine",
    "Python",
    "Trial",
    "as_json",
    "as_text",
    "examine",
    "frame",
    "has",
    "main",
]

_CHECKS: dict[str, Callable[[Machine], Check]] = {
    "privilege": user.privilege,
    "python": user.python,
    "bcc": user.bcc,
    "headers": headers.headers,
    "tracefs": kernel.tracefs,
    "btf": kernel.btf,
    "kprobes": kernel.kprobes,
    "jit": kernel.jit,
    "syscalls": user.syscalls,
    "lockdown": kernel.lockdown,
}
NAMES: tuple[str, ...] = (*_CHECKS, "program")
"""The names of all checks, in the order in which `examine` gives them. They do not change."""


def examine(machine: Machine | None = None) -> list[Check]:
    """Make every check, the last of them with a real program, and return what each found.

    Takes about a second, and never more than a second over `Machine.seconds`. Nothing stays in the
    kernel, and nothing that BCC or LLVM does can end this process: see `bpflab.doctor.trial`.

    >>> [check.name for check in examine() if check.status == "fault"]
    []
    """
    machine = machine or Machine()
    checks = [look(machine) for look in _CHECKS.values()]
    return [*checks, user.program(machine, checks)]


def has(name: str, machine: Machine | None = None) -> bool:
    """Say whether one check is ``"ok"``, e.g. ``has("kprobes")`` before a lesson uses one.

    Only ``"bcc"``, ``"program"`` and at times ``"python"`` start a child process; the others read
    a file or two.

    Raises:
        KeyError: *name* is not in `NAMES`.
    """
    machine = machine or Machine()
    if name == "program":
        return user.program(machine, []).status == "ok"
    return _CHECKS[name](machine).status == "ok"


def main(argv: Sequence[str] | None = None) -> int:
    """Print the examination of this machine; return 1 when it found a fault, else 0.

    ``--json`` prints `as_json` in place of the table; ``--seconds`` bounds the last check.
    """
    parser = argparse.ArgumentParser(prog="bpflab doctor", description="Look at this machine.")
    parser.add_argument("--json", action="store_true", help="print JSON in place of a table")
    parser.add_argument(
        "--seconds",
        type=float,
        default=Machine.seconds,
        help="limit of the last check (%(default)s)",
    )
    options = parser.parse_args(argv)
    checks = examine(Machine(seconds=options.seconds))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # the words stay where a terminal lacks the signs
    print(as_json(checks) if options.json else as_text(checks))
    return int(any(check.status == "fault" for check in checks))
