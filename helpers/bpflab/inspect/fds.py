"""This process's descriptors of programs, maps, links and perf events, as /proc describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bpflab.bindings.info import ProgramInfo, info
from bpflab.programs import loading
from bpflab.text import safe_text

_PROC = Path("/proc/self")
_KINDS = {"bpf-prog": "program", "bpf-map": "map", "bpf_link": "link", "perf_event": "perf event"}
_IDS = {"program": "prog_id", "map": "map_id", "link": "link_id"}


@dataclass(frozen=True)
class Descriptor:
    """A descriptor of a BPF object, or of a perf event, which may run a program.

    Attributes:
        fd: its number.
        kind: ``program``, ``map``, ``link`` or ``perf event``.
        id: the object's number in the kernel; 0 for a perf event, which has none.
        facts: the fields of its fdinfo: ``memlock``, ``frozen``, ``tp_name``...
    """

    fd: int
    kind: str
    id: int
    facts: Mapping[str, str]


def descriptors() -> list[Descriptor]:
    """Return those of this process, by number."""
    found = []
    for number in sorted(int(entry.name) for entry in (_PROC / "fd").iterdir()):
        try:
            target = str((_PROC / "fd" / str(number)).readlink())
            kind = _KINDS.get(target.removeprefix("anon_inode:").strip("[]"))
            if kind:
                fields = facts(number)
                id = int(fields[_IDS[kind]]) if kind in _IDS else 0
                found.append(Descriptor(number, kind, id, fields))
        except (FileNotFoundError, KeyError):
            continue  # closed meanwhile, or another file by now
    return found


def facts(fd: int) -> dict[str, str]:
    """Return the fields of descriptor *fd*'s fdinfo: lines of a name, a colon and a value."""
    text = (_PROC / "fdinfo" / str(fd)).read_text(errors="backslashreplace")
    pairs = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in pairs if name}


def program_names() -> dict[int, str]:
    """Return the kernel's names of this process's programs, by id: at most 15 bytes each."""
    fds = {one.id: one.fd for one in descriptors() if one.kind == "program"}
    return {id: safe_text(info(fd, ProgramInfo()).name) for id, fd in fds.items()}


def attachments() -> dict[int, tuple[int, str]]:
    """Return each descriptor by which an open program is attached: the function's, and where."""
    return {
        fd: (program.functions[function], place)
        for program in loading.loaded()
        for (function, place), fd in program.links.items()
    }
