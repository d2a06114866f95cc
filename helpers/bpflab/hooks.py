"""Where programs are attached: tracepoints, raw tracepoints, kprobes."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Any

from bpflab import engine
from bpflab.errors import LabError

TRACEFS = Path("/sys/kernel/tracing")
KPROBES = Path("/sys/bus/event_source/devices/kprobe")


def attach(module: Any, program_type: str, function: str, program_fd: int, target: str) -> int:
    """Attach a loaded program to *target*; return what ``detach`` needs.

    Raises:
        LabError: ``no-tracefs``, ``no-tracepoint``, ``no-kprobes`` or ``attach``.
    """
    if program_type == "kprobe":
        return _kprobe(module, function, target)
    if program_type == "raw_tracepoint":
        link = engine.attach_raw_tracepoint(program_fd, target)
    elif program_type == "tracepoint":
        link = engine.attach_tracepoint(program_fd, *_tracepoint(target))
    else:
        raise LabError("attach", f"A {program_type} program has no hook to attach to here.")
    if link < 0:
        raise _refused(function, target, os.strerror(-link))
    return link


def detach(module: Any, program_type: str, target: str, link: int) -> None:
    """Undo ``attach``."""
    if program_type == "kprobe":
        module.detach_kprobe(target.encode())
    else:
        engine.detach(link, program_type)


def _kprobe(module: Any, function: str, target: str) -> int:
    if not KPROBES.exists():
        raise LabError(
            "no-kprobes",
            "This kernel has no kprobes.",
            why="It was built without CONFIG_KPROBES.",
            fix="Use a tracepoint, or run in a VM with a distribution's kernel.",
        )
    try:
        module.attach_kprobe(event=target.encode(), fn_name=function.encode())
    except Exception as error:  # BCC raises plain Exception
        raise _refused(function, target, str(error)) from None
    return 0


def _tracepoint(target: str) -> tuple[str, str]:
    """Return category and event of ``category:event``, if the kernel has it."""
    events = TRACEFS / "events"
    if not os.access(events, os.R_OK | os.X_OK):
        raise LabError(
            "no-tracefs",
            "The kernel's list of tracepoints cannot be read.",
            why=f"{TRACEFS} is not mounted, or not open to this user.",
            fix="./lab mounts it; ./lab doctor shows what is missing.",
        )
    category, _, event = target.partition(":")
    if event and (events / category / event / "id").exists():
        return category, event
    known = [f"{category}:{e.name}" for e in (events / category).glob("*") if e.is_dir()]
    near = difflib.get_close_matches(target, known, 3)
    raise LabError(
        "no-tracepoint",
        f"There is no tracepoint {target!r}.",
        why="A tracepoint is called category:event, as under /sys/kernel/tracing/events.",
        fix=f"Did you mean {' or '.join(near)}?" if near else "",
    )


def _refused(function: str, target: str, reason: str) -> LabError:
    return LabError(
        "attach",
        f"{function} cannot be attached to {target}: {reason}.",
        fix="./lab doctor looks at privileges and tracefs.",
    )
