"""What the kernel makes of a compiled text: programs and maps, each with a descriptor."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bpflab.bindings import bpf, bpf_map, kallsyms, kernel_types
from bpflab.bindings.uapi import ATTACH_TYPES, MAP_TYPES, OF_MAPS, PROGRAM_TYPES, word
from bpflab.compiling import declared
from bpflab.compiling.events import event_dtypes
from bpflab.compiling.image import Image, MapSpec, lines, with_maps
from bpflab.data.layout import dtype
from bpflab.data.maps import Map
from bpflab.data.task_storage import TaskStorage
from bpflab.errors import LabError
from bpflab.mistakes import context, refused
from bpflab.mistakes.maps import STORAGE, Sizes
from bpflab.mistakes.rule import head, safe_log
from bpflab.mistakes.verifier import diagnose as verifier
from bpflab.source import Source


@dataclass
class Objects:
    """Programs and maps, and what was known when they were made.

    Attributes:
        functions: the descriptor of each program.
        types: the kernel's type of each program.
        maps: each map, with its descriptor.
        sent: the instructions of each program, as the kernel got them.
        logs: what the verifier reported of each program.
        hooks: the hook that the text names for a program, by its section, context or name.
        events: of each buffer the dtype of its events, or why they have none.
        warnings: what the compiler had to say all the same.
    """

    functions: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    maps: dict[str, Map] = field(default_factory=dict)
    sent: dict[str, bytes] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    events: dict[str, np.dtype[Any] | LabError] = field(default_factory=dict)
    warnings: str = ""

    def close(self) -> None:
        """Close every descriptor."""
        for one in self.maps.values():
            fd = one.fd
            one.close()
            os.close(fd)
        self.maps.clear()
        for fd in self.functions.values():
            os.close(fd)
        self.functions.clear()


def from_image(
    source: Source,
    image: Image,
    type: str = "",
    log_level: int = bpf.STATISTICS,
    only: str = "",
) -> Objects:
    """Make the maps of *image* and load its programs, or *only* one; the kernel verifies each.

    A program is of *type*, or of the type that the text says (`mistakes.context.roles`).

    Raises:
        LabError: whatever the kernel refuses, at the learner's line. Then nothing is left.
        Refused: with another *log_level*, as the kernel refuses.
    """
    roles = context.roles(source, [program.name for program in image.programs], type)
    made = Objects(warnings=image.warnings, events=event_dtypes(source, image))
    btf = -1
    try:
        with contextlib.suppress(OSError):  # without it a program has no names and no lines
            btf = bpf.load_btf(image.btf)
        for spec in sorted(image.maps, key=_nested):  # what they hold comes first
            made.maps[spec.name] = _made(source, spec, max(btf, 0), made)
        fds = {spec.reference: made.maps[spec.name].fd for spec in image.maps}
        for program in image.programs:
            if only not in ("", program.name):
                continue
            role = roles[program.name]
            attach_type, attach_to = _bound(source, program.name, role)
            code = replace(
                program,
                instructions=with_maps(program, fds),
                attach_type=attach_type,
                attach_to=attach_to,
            )
            made.functions[code.name], made.logs[code.name] = _loaded(
                source, code, role.type, max(btf, 0), lines(image, program), log_level
            )
            made.types[code.name], made.sent[code.name] = role.type, code.instructions
            made.hooks |= {code.name: role.hook} if role.hook else {}
    except BaseException:
        made.close()
        raise
    finally:
        if btf >= 0:
            os.close(btf)
    return made


def _bound(source: Source, name: str, role: context.Role) -> tuple[int, int]:
    """Return the hook that a program of type tracing or lsm is loaded for: its kind, its number."""
    if not role.section:
        return 0, 0
    kind, _, hook = role.section.partition("/")
    attach_type = ATTACH_TYPES[kind]
    if number := kernel_types.hook_number(hook, attach_type):
        return attach_type, number
    names = kallsyms.near(hook) if kind != "lsm" else []
    raise LabError(
        "no-hook",
        f"This kernel has no {'LSM hook' if kind == 'lsm' else 'function'} {hook}.",
        place=head(source, name),
        why="It is looked for among the kernel's types (/sys/kernel/btf/vmlinux).",
        fix=f"Did you mean {' or '.join(names)}?" if names else "Check its name.",
    )


def new_map(*facts: Any) -> Map:
    """Return the reader and writer of a map: `Map` takes the same arguments."""
    return (TaskStorage if word(MAP_TYPES, facts[2]) == TaskStorage.TYPE else Map)(*facts)


def _nested(spec: MapSpec) -> bool:
    return word(MAP_TYPES, spec.type) in OF_MAPS


def _made(source: Source, spec: MapSpec, btf: int, made: Objects) -> Map:
    type, sizes = word(MAP_TYPES, spec.type), (spec.key_size, spec.value_size, spec.max_entries)
    inner = made.maps[declared.inner(source, spec.name)].fd if _nested(spec) else 0
    types = (btf, spec.key_type, spec.value_type) if type in STORAGE else (0, 0, 0)
    try:
        fd = bpf_map.create(spec.name, spec.type, *sizes, spec.flags, inner, types)
    except OSError as error:
        raise refused.map_refused(source, spec.name, error, Sizes(type, *sizes)) from None
    key, value = dtype(spec.key), dtype(spec.value)
    return new_map(spec.name, fd, spec.type, key, value, spec.max_entries, made.functions)


def _loaded(
    source: Source, code: bpf.Code, type: str, btf: int, lines: verifier.Lines, log_level: int
) -> tuple[int, str]:
    number = PROGRAM_TYPES.index(type)
    if log_level != bpf.STATISTICS:
        return bpf.load_program(number, code, btf, log_level)
    try:
        fd, log = bpf.load_program(number, code, btf)
        return fd, safe_log(log)
    except bpf.Refused as first:
        log, reason = first.log, first
    if log and not verifier.OF_THE_WHOLE.search(log):  # once more, step by step to the refused one
        try:
            fd, log = bpf.load_program(number, code, btf, bpf.STEPS)
            return fd, safe_log(log)  # refused for a moment, as for want of memory
        except bpf.Refused as again:
            log, reason = again.log, again
    error = verifier.program_refused(
        source, code.name, reason, log, lines, type=type, instructions=code.instructions
    )
    raise refused.of_type(error, source, code.name, type)
