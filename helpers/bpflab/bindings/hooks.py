"""Where programs are attached: tracepoints, raw tracepoints, kprobes."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from bpflab.bindings import engine
from bpflab.errors import LabError

TRACEFS = Path("/sys/kernel/tracing")
KPROBES = Path("/sys/bus/event_source/devices/kprobe")
SYMBOLS = Path("/proc/kallsyms")


def attach(program_type: str, function: str, program_fd: int, target: str) -> int:
    """Attach a loaded program to *target*; return what ``detach`` needs.

    Raises:
        LabError: ``no-tracefs``, ``no-tracepoint``, ``no-kprobes`` or ``attach``.
    """
    if program_type == "kprobe":
        link = engine.attach_kprobe(program_fd, _kernel_function(target))
    elif program_type == "raw_tracepoint":
        link = engine.attach_raw_tracepoint(program_fd, target)
    elif program_type == "tracepoint":
        link = engine.attach_tracepoint(program_fd, *_tracepoint(target))
    else:
        raise LabError("attach", f"A {program_type} program has no hook to attach to here.")
    if link < 0:
        raise _refused(function, target, os.strerror(-link))
    return link


def detach(program_type: str, link: int) -> None:
    """Undo ``attach``."""
    engine.detach(link, program_type)


def _kernel_function(target: str) -> str:
    """Return *target*, if it is a function of the kernel and kprobes are there."""
    if not KPROBES.exists():
        raise LabError(
            "no-kprobes",
            "This kernel has no kprobes.",
            why="It was built without CONFIG_KPROBES.",
            fix="Use a tracepoint, or run in a VM with a distribution's kernel.",
        )
    known = SYMBOLS.read_bytes()  # names are there for everyone, addresses for root
    name = re.escape(target.encode())
    if re.search(rb" [tTwW] %b\s" % name, known):
        return target
    near = re.findall(rb" [tTwW] (\w*%b\w*)\s" % name, known) if target else []
    near = sorted({n.decode() for n in near}, key=lambda n: (len(n), n))[:3]
    raise LabError(
        "attach",
        f"The kernel has no function {target!r}.",
        why="A kprobe is set on a function of /proc/kallsyms; one that was inlined is not there.",
        fix=f"Did you mean {' or '.join(near)}?" if near else "",
    )


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
