"""What the machine refuses, whatever the program: privileges, memory, descriptors, a map's size."""

from __future__ import annotations

import errno

from bpflab.errors import NO_DESCRIPTOR, LabError, no_descriptor
from bpflab.mistakes.rule import declaration, safe_log
from bpflab.source import Source


def map_refused(source: Source, name: str, reason: OSError) -> LabError:
    """Return the fault behind the errno of map *name*, which the kernel did not make."""
    if reason.errno == errno.EPERM:
        return no_privilege("The kernel lets this process make no map.")
    return short_of(source.name, reason) or LabError(
        "map",
        f"The kernel refused to make the map {name}: {reason.strerror}.",
        place=declaration(source, name),
        why="Its size or type is not one the kernel allows (a ring's pages are a power of two).",
        fix="Check its declaration.",
    )


def no_privilege(message: str, log: str = "") -> LabError:
    """Return the fault of a process that may not do what *message* says."""
    return LabError(
        "privilege",
        message,
        why="That takes CAP_BPF and CAP_PERFMON.",
        fix="Start the lab with ./lab; ./lab doctor shows what is missing.",
        log=safe_log(log),
    )


def short_of(name: str, reason: OSError) -> LabError | None:
    """Return the fault where the process or the machine has too little of something."""
    if reason.errno in NO_DESCRIPTOR:
        return no_descriptor(f"to load {name}")
    if reason.errno == errno.ENOMEM:
        return LabError(
            "memory",
            f"The kernel has no memory for {name}: {reason.strerror}.",
            fix="Make its maps smaller, or close the kernels of other notebooks.",
        )
    return None
