"""Look at the machine: what the lab needs of it, what is missing, and the command that fixes it.

Runs with nothing but the standard library, so that it can say on a bare machine what to install.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from bpflab.doctor import headers, kernel, tools, user
from bpflab.doctor.lessons import Survey, survey
from bpflab.doctor.machine import Machine
from bpflab.doctor.report import Check, as_text, frame, in_short

if TYPE_CHECKING:
    from bpflab.views.view import View

__all__ = [
    "Check",
    "Machine",
    "Survey",
    "as_text",
    "examine",
    "findings",
    "frame",
    "main",
    "survey",
]

_CHECKS: tuple[Callable[[Machine], Check], ...] = (
    user.privilege,
    user.python,
    user.bcc,
    kernel.tried,
    headers.headers,
    kernel.tracefs,
    kernel.kprobes,
    user.syscalls,
    kernel.lockdown,
    tools.clang,
    tools.libbpf,
    tools.build,
    tools.bpftool,
    tools.bpftrace,
)


def examine(machine: Machine | None = None) -> list[Check]:
    """Make every check, the last of them with a real program, and return what each found.

    Takes about a second. Nothing stays in the kernel.

    >>> [check.name for check in examine() if check.status == "fault"]
    []
    """
    machine = machine or Machine()
    checks = [look(machine) for look in _CHECKS]
    return [*checks, user.program(machine, checks)]


def findings() -> View:
    """Look for all that the lessons need; one line where it is here, else a table of what is not.

    The table has the command that fixes each fault. Takes about two seconds.

    >>> findings()
    ✓ Nothing is missing: all 17 lessons run on this machine.
    """
    machine = Machine()
    return in_short(examine(machine), survey(machine).checks())


def main(in_json: bool = False) -> int:
    """Print the examination of this machine, and which lessons run on it.

    *in_json* prints an object with the lists ``"checks"`` and ``"lessons"`` in place of the
    tables. Returns 1 when there is a fault, or a lesson that cannot run, else 0.
    """
    machine = Machine()
    checks, runs = examine(machine), survey(machine).checks()
    if in_json:
        data = {"checks": checks, "lessons": runs}
        print(json.dumps(data, default=asdict, indent=2, ensure_ascii=False))
    else:
        print(as_text(checks), as_text(runs, "lessons"), sep="\n\n")
    return int(any(check.status == "fault" for check in (*checks, *runs)))
