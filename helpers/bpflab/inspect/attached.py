"""Which program is attached where: perf events and links, and who holds them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from bpflab.arguments import checked
from bpflab.bindings.info import ProgramInfo, info
from bpflab.bindings.tracepoints import TRACEFS
from bpflab.bindings.uapi import HOOKS, word
from bpflab.inspect import fds, syscall
from bpflab.programs import loading
from bpflab.programs.program import Program
from bpflab.text import safe_text

_COMMON = {"pos", "flags", "mnt_id", "ino", "link_type", "link_id", "prog_tag", "prog_id", "cookie"}
_NOT_TOLD = (
    "The kernel says what runs behind a perf event, and at which tracepoint, only with "
    "CAP_SYS_ADMIN (BPF_TASK_FD_QUERY)."
)
_NOT_SEEN = (
    "{} of the machine's processes did not let this one look at their fds (ptrace(2), access "
    "mode checking): what only they hold is not known."
)


@dataclass(frozen=True)
class Attachment:
    """One program at one place; None is what this process may not see."""

    program: int | None
    hook: str | None
    place: str | None
    pid: int | None
    fd: int | None
    link: int | None  # a perf event has no id
    recorded: bool = False  # bpflab's own record, where the kernel does not name the place


@checked
def links(everyone: bool = False) -> pd.DataFrame:
    """Return a row for each place where a program is attached.

    Columns: ``program_id``, ``program`` (its name in the kernel, at most 15 bytes), ``hook``
    (``tracepoint``, ``raw_tracepoint``, ``kprobe``...), ``attached_to``, ``pid`` and ``fd`` (who
    holds it open), ``link_id`` (missing for a perf event). Those that this process holds, or with
    *everyone* all processes' and those that only a file of bpffs holds. Attachments that neither a
    perf event nor a link makes are not among them: of sockets, cgroups, XDP and tc the old way.

    What this process may not see is missing, and ``frame.attrs["hidden"]`` says why. Without
    CAP_SYS_ADMIN the kernel does not name a perf event's tracepoint (kernel/bpf/syscall.c,
    bpf_task_fd_query): then ``attached_to`` is bpflab's own record, and with CAP_PERFMON the kernel
    confirms that the program is on the event.

    Raises:
        LabError: ``privilege`` where *everyone* is asked for without CAP_SYS_ADMIN.
    """
    found, closed = attachments(everyone)
    names = {one.program: name(one.program) for one in found if one.program is not None}
    rows = [
        {
            "program_id": one.program,
            "program": None if one.program is None else names[one.program],
            "hook": one.hook,
            "attached_to": one.place,
            "pid": one.pid,
            "fd": one.fd,
            "link_id": one.link,
        }
        for one in found
    ]
    columns = ["program_id", "program", "hook", "attached_to", "pid", "fd", "link_id"]
    numbers = dict.fromkeys(("program_id", "pid", "fd", "link_id"), "Int64")
    frame = pd.DataFrame(rows, columns=columns).astype(numbers)
    frame = frame.sort_values(["program_id", "pid", "fd"], ignore_index=True)
    return noted(frame, hidden(found, closed))


def noted(frame: pd.DataFrame, notes: Mapping[str, str]) -> pd.DataFrame:
    """Return *frame* with what *notes* say of its columns as ``frame.attrs["hidden"]``."""
    frame.attrs["hidden"] = {name: why for name, why in notes.items() if name in frame.columns}
    return frame


def hidden(found: list[Attachment], closed: int) -> dict[str, str]:
    """Return which columns of *found* are not wholly the kernel's word, and why.

    *closed* is how many processes did not let us look.
    """
    notes = {}
    if any(one.place is None for one in found):
        notes["attached_to"] = _NOT_TOLD
    elif any(one.recorded for one in found):
        notes["attached_to"] = f"{_NOT_TOLD} These places are bpflab's own record."
    if closed:
        notes = dict.fromkeys(("attached_to", "pid", "pids", "comms"), _NOT_SEEN.format(closed))
    return notes


def attachments(everyone: bool = False) -> tuple[list[Attachment], int]:
    """Return what ``links`` shows, and how many processes did not let us look."""
    if everyone:
        unseen = dict(fds.each("link", _link_facts, everyone=True))
        holders, closed = fds.held_by_all()
    else:
        unseen, holders, closed = {}, fds.held(), 0
    found = []
    for one in holders:
        if one.kind == "link":
            with contextlib.suppress(OSError):
                facts = fds.facts(one.fd, one.pid)
                unseen.pop(one.id, None)
                found.append(_link(facts, one.pid, one.fd))
        elif one.kind == "perf event":
            found += _perf_event(one.pid, one.fd)
    return found + [_link(facts, None, None) for facts in unseen.values()], closed


def name(program: int) -> str | None:
    """Return the kernel's name of program *program*, or None where it may not be seen."""
    return fds.visit("program", program, program_name)


def program_name(fd: int) -> str:
    """Return the kernel's name of the program behind *fd*."""
    return safe_text(info(fd, ProgramInfo()).name)


def recorded_fds(program: Program) -> dict[int, tuple[str, str]]:
    """Return the fds by which *program* is attached, with function and place."""
    return {fd: at for at, fd in program.links.items()}


def _perf_event(pid: int, fd: int) -> list[Attachment]:
    try:
        told = syscall.behind(pid, fd)
    except PermissionError:
        if pid != os.getpid():
            raise
        return _untold(pid, fd)
    except OSError:
        return [Attachment(None, "perf_event", None, pid, fd, None)]
    if told is None:
        return []  # it counts, and runs no program
    program, number, place, offset = told
    hook = word(HOOKS, number)
    if hook == "tracepoint":
        place = _with_category(place)
    elif offset:
        place = f"{place}+{offset:#x}"
    return [Attachment(program, hook, safe_text(place), pid, fd, None)]


def _untold(pid: int, fd: int) -> list[Attachment]:
    """Return what is known of our own perf event *fd* where the kernel does not say."""
    on_event = syscall.on_same_event(fd)
    if on_event == set():
        return []
    for program in loading.loaded():
        if record := recorded_fds(program).get(fd):
            function, place = record
            number = fds.facts(program.functions[function]).get("prog_id", "0")
            if on_event is None or int(number) in on_event:
                at = safe_text(place)
                return [Attachment(int(number), program.type, at, pid, fd, None, True)]
    ours = {one.id for one in fds.held() if one.kind == "program"} & (on_event or set())
    only = ours.pop() if len(ours) == 1 else None
    return [Attachment(only, "tracepoint" if on_event else None, None, pid, fd, None)]


def _link_facts(fd: int) -> tuple[int, Mapping[str, str]]:
    facts = fds.facts(fd)
    return int(facts["link_id"]), facts


def _link(facts: Mapping[str, str], pid: int | None, fd: int | None) -> Attachment:
    """Return what an fdinfo says of a link; a place without a name is told by all its fields."""
    fields = [f"{key} {value}" for key, value in facts.items() if key not in _COMMON]
    place = facts.get("tp_name") or ", ".join(fields)
    program = int(facts["prog_id"]) if "prog_id" in facts else None
    return Attachment(
        program, safe_text(facts["link_type"]), safe_text(place), pid, fd, int(facts["link_id"])
    )


def _with_category(event: str) -> str:
    """Return ``category:event`` as tracefs has it, or *event* where it cannot be read."""
    try:
        found = [c.name for c in (TRACEFS / "events").iterdir() if (c / event / "id").exists()]
    except OSError:
        return event
    return f"{found[0]}:{event}" if len(found) == 1 else event
