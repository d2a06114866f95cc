"""The kernel's tracepoints as tracefs lists them: ``category:event``, its number and its fields."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from bpflab.errors import LabError
from bpflab.text import safe_text

TRACEFS = Path("/sys/kernel/tracing")
_NAME = re.compile(r"[\w-]+:[\w.-]+", re.ASCII)


def number(target: str) -> int:
    """Return the kernel's number of tracepoint *target*.

    Raises:
        LabError: ``no-tracefs``, or ``no-tracepoint`` with the names that are near.
    """
    require()
    if exists(target):
        return int((_place(target) / "id").read_text(encoding="ascii"))
    close = _near(target)
    raise LabError(
        "no-tracepoint",
        f"There is no tracepoint {safe_text(target, 80)!r}.",
        why="A tracepoint is called category:event, as under /sys/kernel/tracing/events.",
        fix=f"Did you mean {' or '.join(close)}?" if close else _listed(target),
    )


def require() -> None:
    """Raise LabError ``no-tracefs`` where the list of tracepoints cannot be read."""
    if not os.access(_events(), os.R_OK | os.X_OK):
        raise LabError(
            "no-tracefs",
            "The kernel's list of tracepoints cannot be read.",
            why=f"{TRACEFS} is not mounted, or this user may not read it.",
            fix="./lab mounts it; ./lab doctor shows what is missing.",
        )


def exists(target: str) -> bool:
    """Say whether *target* is the name of a tracepoint."""
    return bool(_NAME.fullmatch(target)) and (_place(target) / "id").exists()


def names() -> list[str]:
    """Return all tracepoints, ``category:event``; none where tracefs cannot be read."""
    return sorted(f"{p.parent.parent.name}:{p.parent.name}" for p in _events().glob("*/*/id"))


def struct_of(target: str) -> str:
    """Return how BCC calls the struct of a tracepoint's event."""
    return f"tracepoint__{target.replace(':', '__')}"


def other_than(target: str, struct: str) -> str:
    """Return the tracepoint of *struct* where its fields are not those of *target*, or nothing."""
    if struct == struct_of(target):
        return ""
    other = next((name for name in names() if struct_of(name) == struct), None)
    return other if other and _fields(other) != _fields(target) else ""


def _fields(target: str) -> list[str]:
    text = (_place(target) / "format").read_text(encoding="utf-8", errors="backslashreplace")
    return re.findall(r"^\s*field:.*", text, re.M)


def _near(target: str) -> list[str]:
    known = names()
    meant = re.sub(r"[/.]", ":", re.sub(r"\s+", "", target))
    meant = re.sub(r"^(?:raw_)?(?:tracepoint|tp|t):", "", meant)  # as sections and bpftrace say it
    if meant in known:
        return [meant]
    if ":" not in meant:  # an event without its category, or a system call
        sought = (meant, f"sys_enter_{meant}", f"sys_exit_{meant}")
        if exact := [name for name in known if name.partition(":")[2] in sought]:
            return exact[:3]
        by_event = {name.partition(":")[2]: name for name in known}
        return [by_event[event] for event in difflib.get_close_matches(meant, by_event, 3)]
    return difflib.get_close_matches(meant, known, 3) or _elsewhere(meant, known)


def _elsewhere(target: str, known: list[str]) -> list[str]:
    """Return events of the same name in other categories, or the entry of a system call."""
    category, _, event = target.partition(":")
    if same := [name for name in known if name.partition(":")[2] == event]:
        return same[:3]
    call = event.removeprefix("sys_")
    calls = [f"syscalls:sys_enter_{name}" for name in (call, category)]
    return [name for name in calls if name in known][:1]


def _listed(target: str) -> str:
    """Return where the names stand: those of the category, if there is one."""
    category = target.partition(":")[0]
    known = any(name.startswith(f"{category}:") for name in names()) and ":" in target
    return f"To see all names: ls {TRACEFS}/events{f'/{category}' if known else ''}."


def _place(target: str) -> Path:
    category, _, event = target.partition(":")
    return _events() / category / event


def _events() -> Path:
    return TRACEFS / "events"
