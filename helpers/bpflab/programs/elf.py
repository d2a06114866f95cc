"""What the kernel makes of an object file of clang's, through libbpf."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bpflab.bindings import bpf, libbpf
from bpflab.bindings.uapi import MAP_TYPES, PROGRAM_TYPES, word
from bpflab.compiling.clang import Elf
from bpflab.data.btf import Btf, layout_of
from bpflab.data.layout import dtype
from bpflab.errors import LabError, Place
from bpflab.mistakes import refused
from bpflab.mistakes.libbpf import diagnose, no_licence, of_program
from bpflab.mistakes.maps import Sizes
from bpflab.mistakes.rule import safe_log
from bpflab.mistakes.sections import sections, type_of
from bpflab.mistakes.verifier import diagnose as verifier
from bpflab.programs.objects import Objects, new_map
from bpflab.source import Source
from bpflab.text import safe_text

_REFUSED = re.compile(r"prog '(\w+)': BPF program load failed: (.+)")
_OF_ITS_KIND = ("kretprobe", "ksyscall", "kretsyscall", "uprobe", "uretprobe", "usdt")
_HOOKED = (
    *("tp", "tracepoint", "raw_tp", "raw_tracepoint", "kprobe", *_OF_ITS_KIND),
    *("tp_btf", "fentry", "fexit", "fmod_ret", "lsm"),
)
_RESERVED = r"\bbpf_ringbuf_reserve\(\s*&%s\s*,\s*sizeof\(\s*struct\s+(\w+)\s*\)"
_QUOTED = re.compile(r"^; (.*?)(?: @ (\S+):(\d+))?$", re.M)  # since Linux 6.9 with file and line


def from_elf(
    source: Source,
    elf: Elf,
    log_level: int = bpf.STATISTICS,
    only: str = "",
    constants: Mapping[str, object] | None = None,
    type: str = "",
) -> Objects:
    """Load an object file, made of *source*; sections say the programs' types, or *type* does.

    *constants* are values for what the text declares ``const volatile``.

    Raises:
        LabError: whatever libbpf or the kernel refuses, at the learner's line; ``no-constant``.
        Refused: with another *log_level*, as the kernel refuses a program.
    """
    missing = dict(constants or {})
    setting = partial(_constants, source, missing) if missing else None
    number = PROGRAM_TYPES.index(type) if type else 0
    tried = libbpf.attempt(elf.image, short_name(source.name), log_level, only, setting, number)
    if tried.error and log_level != bpf.STATISTICS:
        again = bpf.Refused(tried.error, os.strerror(tried.error))
        seen = [(log, name) for name, log in tried.logs.items() if log] or [("", "")]
        again.log, again.program = seen[-1]
        raise again
    if tried.error:
        raise _refusal(source, elf.image, tried, type)
    if missing:  # there was no .rodata
        for program in tried.programs:
            os.close(program.fd)
        for each in tried.maps:
            os.close(each.fd)
        raise _no_constant(source, missing, ())
    types = Btf(tried.btf) if tried.btf else None
    whole = log_level != bpf.STATISTICS
    logs = {name: log if whole else safe_log(log) for name, log in tried.logs.items()}
    made = Objects(logs=logs, warnings=elf.warnings)
    for program in sorted(tried.programs, key=lambda one: one.name):  # as BCC has them
        made.functions[program.name] = program.fd
        made.types[program.name] = word(PROGRAM_TYPES, program.type)
        made.sent[program.name] = program.instructions
        made.hooks |= {program.name: hook} if (hook := hook_of(program.section)) else {}
    for found in sorted(tried.maps, key=lambda one: one.name):
        key = dtype(layout_of(types, found.key_type, found.key_size))
        value = dtype(layout_of(types, found.value_type, found.value_size))
        made.maps[found.name] = new_map(
            found.name, found.fd, found.type, key, value, found.max_entries, made.functions
        )
        if made.maps[found.name].type in ("ringbuf", "perf_event_array"):
            made.events[found.name] = _event(source, types, found.name)
    return made


def _constants(source: Source, given: dict[str, object], btf: bytes, value: bytes) -> bytes:
    """Return the value of ``.rodata`` with these constants in it; *given* is empty then."""
    types = Btf(btf)
    fields = dtype(types.layout(types.find(".rodata") or 0))
    row = np.frombuffer(value[: fields.itemsize], fields).copy()
    if set(given) - set(names := fields.names or ()):
        raise _no_constant(source, given, names)
    for name, wanted in given.items():
        try:
            row[name] = wanted
        except (OverflowError, TypeError, ValueError) as error:
            raise LabError(
                "no-constant",
                f"{name} cannot be {safe_text(str(wanted), 60)}: {safe_text(str(error), 200)}.",
                fix="Give a value of the type that the text declares.",
            ) from None
    given.clear()
    return row.tobytes() + value[fields.itemsize :]


def _no_constant(source: Source, given: Mapping[str, object], names: Sequence[str]) -> LabError:
    unknown = next(name for name in given if name not in names)
    return LabError(
        "no-constant",
        f"{source.name} has no constant {safe_text(unknown, 60)}.",
        why=f"It has {', '.join(names)}." if names else "It has none.",
        fix=f"Declare it outside of every function: const volatile __u32 {safe_text(unknown, 60)};",
    )


def hook_of(section: str) -> str:
    """Return the hook that a section names, as `Program.attach` takes it, or nothing."""
    kind, _, hook = section.removeprefix("?").partition("/")
    kind = kind.removesuffix(".s")  # it may sleep
    if not hook or kind not in _HOOKED:
        return ""
    if kind in ("tp", "tracepoint"):
        return hook.replace("/", ":", 1)
    return f"{kind}:{hook}" if kind in _OF_ITS_KIND else hook


def short_name(name: str) -> str:
    """Return the name of a file without its folder and its ends, as libbpf would call it."""
    return Path(name).name.split(".")[0]


def place(source: Source, log: str) -> Place | None:
    """Return the line that the verifier quoted last: the one it refused."""
    quoted = _QUOTED.findall(log)
    if not quoted:
        return None
    text, file, number = quoted[-1]
    if number:
        named = (p for p in source.lines if Path(p.file).name == Path(file).name)
        return next((p for p in named if p.line == int(number)), None)
    return next((p for p in source.lines if p.text.strip() == text.strip()), None)


def _event(source: Source, types: Btf | None, buffer: str) -> np.dtype[Any] | LabError:
    """Return the dtype of what is sent through a buffer, or why there is none.

    It is the struct that the text reserves, or ``struct event`` for a buffer called events.
    """
    reserved = re.search(_RESERVED % re.escape(buffer), source.code)
    name = reserved[1] if reserved else buffer.removesuffix("s")
    number = types.find(name) if types else None
    if not types or not number:
        return LabError(
            "no-event-type",
            f"The lab cannot find the type of what the program sends through {buffer}.",
            why=f"It is looked for as struct {name}, but the compiler describes a type only if a "
            "global variable or a function names it.",
            fix=f"Write this line below the struct: struct {name} *unused_{name} "
            "__attribute__((unused));",
        )
    try:
        return dtype(types.layout(number))
    except ValueError as error:
        return LabError(
            "event-field",
            f"struct {name} has a field that has no column in a table: {error}.",
            why="An event becomes one row: each field must be a number or an array of them.",
            fix="Write it as plain fields, with types like __u32 or char[16].",
        )


def _refusal(source: Source, image: bytes, tried: libbpf.Attempt, type: str) -> LabError:
    if short := refused.short_of(source.name, OSError(tried.error, os.strerror(tried.error))):
        return short
    found = next((m for line in tried.warnings if (m := _REFUSED.match(line))), None)
    if found:
        return _program_refusal(source, image, found[1], tried, type)
    sizes = {
        m.name: Sizes(word(MAP_TYPES, m.type), m.key_size, m.value_size, m.max_entries)
        for m in tried.maps
    }
    return diagnose(source, tried.warnings, tried.error, sizes)


def _program_refusal(
    source: Source, image: bytes, function: str, tried: libbpf.Attempt, type: str
) -> LabError:
    at, log = None, tried.logs[function]
    section, _ = sections(source).get(function, ("", None))
    number = PROGRAM_TYPES.index(type) if type else 0
    type = type or type_of(section)
    if not verifier.OF_THE_WHOLE.search(log):  # once more, step by step to the refused one
        again = libbpf.attempt(image, short_name(source.name), bpf.STEPS, function, type=number)
        log = again.logs[function]
        at = place(source, log)
    if error := of_program(source, function, log):
        if error.kind != "core":  # there the log quotes the line above
            error.place = at or error.place
    else:
        reason = os.strerror(tried.error)
        error = verifier.diagnose(source, function, reason, log, type=type)
    if error.kind == "license":
        no_licence(source, error)
    return refused.of_type(error, source, function, type)
