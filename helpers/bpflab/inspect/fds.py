"""File descriptors as owners: what a process holds open, and what /proc tells of it."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from bpflab.inspect import syscall
from bpflab.interrupts import held_back

_PROC = Path("/proc")
_KINDS = {"bpf-prog": "program", "bpf-map": "map", "bpf_link": "link", "perf_event": "perf event"}
_ID = {"program": "prog_id", "map": "map_id", "link": "link_id"}

Read = TypeVar("Read")


@dataclass(frozen=True)
class Held:
    """One fd that holds a BPF object, or a perf event that may run a program."""

    pid: int
    fd: int
    kind: str
    id: int  # 0 for a perf event, which has none


def held(pid: int | None = None) -> list[Held]:
    """Return the fds of *pid*, or of this process, that hold ``_KINDS``, by number.

    Raises:
        OSError: PermissionError where *pid*'s fds are not ours to see, FileNotFoundError where it
            has ended.
    """
    pid = os.getpid() if pid is None else pid
    found = []
    for number in sorted(int(entry.name) for entry in (_PROC / str(pid) / "fd").iterdir()):
        try:
            target = str((_PROC / str(pid) / "fd" / str(number)).readlink())
            kind = _KINDS.get(target.removeprefix("anon_inode:").strip("[]"))
            if kind:
                id = int(facts(number, pid)[_ID[kind]]) if kind in _ID else 0
                found.append(Held(pid, number, kind, id))
        except (FileNotFoundError, KeyError):
            continue  # closed, or another file by now
    return found


def held_by_all() -> tuple[list[Held], int]:
    """Return such fds of all processes, and how many processes did not let us look."""
    found, closed = [], 0
    for entry in sorted(int(e.name) for e in _PROC.iterdir() if e.name.isdigit()):
        try:
            found += held(entry)
        except PermissionError:
            closed += (_PROC / str(entry)).exists()  # one that has ended refuses as well
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended
    return found, closed


def facts(fd: int, pid: int | None = None) -> dict[str, str]:
    """Return the fields of ``/proc/<pid>/fdinfo/<fd>``: ``prog_id``, ``memlock``, ``frozen``..."""
    pid = os.getpid() if pid is None else pid
    text = (_PROC / str(pid) / "fdinfo" / str(fd)).read_text(errors="backslashreplace")
    return parse(text)


def parse(text: str) -> dict[str, str]:
    """Return the fields of an fdinfo: lines of a name, a colon and a value."""
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs if name}


def comm(pid: int) -> str:
    """Return what *pid* calls itself, or nothing where it has ended."""
    with contextlib.suppress(OSError):
        return (_PROC / str(pid) / "comm").read_text(errors="backslashreplace").rstrip("\n")
    return ""


def each(kind: str, read: Callable[[int], Read], everyone: bool) -> list[Read]:
    """Return ``read(fd)`` for each object of *kind*: those we hold, or those of the machine.

    Raises:
        LabError: ``privilege`` where the machine's are not ours to see.
    """
    jobs: Iterable[Callable[[], Read]]
    if everyone:
        jobs = (partial(_visit, kind, number, read) for number in syscall.ids(kind))
    else:
        fds = {one.id: one.fd for one in held() if one.kind == kind}
        jobs = [partial(read, fd) for _, fd in sorted(fds.items())]
    found = []
    for job in jobs:
        try:
            found.append(job())
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EBADF):  # gone while we walked
                raise
    return found


def visit(kind: str, number: int, read: Callable[[int], Read]) -> Read | None:
    """Return ``read(fd)`` for the object with id *number*, or None where it may not be opened."""
    for one in held():
        if (one.kind, one.id) == (kind, number):
            return read(one.fd)
    try:
        return _visit(kind, number, read)
    except OSError:
        return None


def _visit(kind: str, number: int, read: Callable[[int], Read]) -> Read:
    with held_back():  # an fd lost here would keep another's object alive
        fd = syscall.open_id(kind, number)
        try:
            return read(fd)
        finally:
            os.close(fd)
