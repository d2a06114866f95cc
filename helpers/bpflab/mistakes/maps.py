"""Why the kernel makes no map of a declaration, by its type and its sizes."""

from __future__ import annotations

import errno
import mmap
import os
import re
from dataclasses import dataclass

from bpflab.bindings.bpf import ENOTSUPP
from bpflab.bindings.uapi import OF_MAPS
from bpflab.errors import LabError, Place
from bpflab.mistakes.ctext import number
from bpflab.mistakes.declarations import Declarations
from bpflab.reference.macros import maps_of
from bpflab.source import Source
from bpflab.text import counted

_ARRAYS = ("array", "percpu_array", "prog_array", "perf_event_array", "cgroup_array")
STORAGE = ("sk_storage", "inode_storage", "task_storage", "cgrp_storage")
"""The types of maps whose entries belong to objects of the kernel."""
_OF_NUMBERS = ("prog_array", "perf_event_array", "cgroup_array")
_NO_KEY = ("queue", "stack", "bloom_filter")
_TYPES = {  # of BCC's macros
    "BPF_HASH": "hash",
    "BPF_PERCPU_HASH": "percpu_hash",
    "BPF_ARRAY": "array",
    "BPF_PERCPU_ARRAY": "percpu_array",
    "BPF_RINGBUF_OUTPUT": "ringbuf",
    "BPF_PROG_ARRAY": "prog_array",
    "BPF_QUEUE": "queue",
    "BPF_STACK": "stack",
    "BPF_ARRAY_OF_MAPS": "array_of_maps",
    "BPF_HASH_OF_MAPS": "hash_of_maps",
}
_ENTRIES = ("entries", "size", "pages", "page_cnt", "max_entries")
_PER_CPU_BYTES = 32 << 10  # PCPU_MIN_UNIT_SIZE, include/linux/percpu.h
_STACK_DEPTH = 127  # PERF_MAX_STACK_DEPTH, kernel.perf_event_max_stack by default


@dataclass(frozen=True)
class Sizes:
    """What a map is declared as: the kernel's word for its type, bytes, and entries."""

    type: str
    key: int
    value: int
    entries: int


def declared(source: Source, name: str) -> Place | None:
    """Return the line on which the declaration of map *name* begins, or nothing."""
    found = Declarations(source)
    for pattern in (rf"\bBPF_\w+\s*\([^()]*\b{name}\b", rf"\}}\s*{name}\s+SEC\("):
        if match := re.search(pattern, found.code):
            start = match.start()
            if found.code[start] == "}":
                start = _opening(found.code, start)
            return found.place(start)
    return None


def written(source: Source, name: str) -> Sizes | None:
    """Return what a macro of BCC's declares *name* as; sizes that cannot be read are -1."""
    macro, table = maps_of(source.code).get(name, (None, ""))
    if not macro:
        return None
    calls = re.finditer(rf"\b{macro.name}\s*\(([^()]*)\)", source.code)
    found = next((call for call in calls if re.search(rf"\b{name}\b", call[1])), None)
    type = table or _TYPES.get(macro.name, "")
    if not type or not found:
        return None
    names = [one.split("=")[0].split("*")[-1].strip() for one in macro.parameters]
    given = dict(zip(names, (one.strip() for one in found[1].split(",")), strict=False))
    entries = next((given[n] for n in _ENTRIES if n in given), "10240")
    count = number(source, entries)
    if type == "ringbuf":
        return Sizes(type, 0, 0, count * mmap.PAGESIZE if count >= 0 else -1)
    return Sizes(type, -1, -1, count)


def refusal(source: Source, name: str, sizes: Sizes | None, reason: OSError) -> LabError:
    """Return why *name* was not made: the rule of its type that it breaks, where that is known."""
    bcc = source.dialect == "bcc"
    what, why, fix = _broken(name, sizes, bcc, reason.errno) if sizes else ("", "", "")
    if not what and reason.errno == errno.E2BIG:
        what = f"The map {name} is too large."
        why = "Its key or its value has more bytes than the kernel takes, or it has more entries."
        fix = "Make it smaller."
    if not what and reason.errno == ENOTSUPP:
        what = f"The kernel makes no map like {name}."
        why = "It does not know this type together with these flags."
        fix = "Leave the flags out."
    said = os.strerror(reason.errno) if reason.errno and reason.errno != ENOTSUPP else ""
    return LabError(
        "map",
        what or f"The kernel refused to make the map {name}: {said or reason.strerror}.",
        place=declared(source, name),
        why=why or (f"It is declared as {_shown(sizes)}." if sizes else ""),
        fix=fix or "Check its type, its sizes and its flags.",
    )


def no_memory(source: Source, name: str, sizes: Sizes | None) -> LabError:
    """Return the fault of a map that is larger than the memory the kernel has for it."""
    return LabError(
        "memory",
        f"The kernel has no memory for the map {name}.",
        place=declared(source, name),
        why="A map takes the memory of all its entries when it is made"
        + (f": {sizes.entries} here." if sizes and sizes.entries > 0 else "."),
        fix="Give it fewer entries, or smaller values; or close the kernels of other notebooks.",
    )


def _broken(name: str, sizes: Sizes, bcc: bool, code: int | None) -> tuple[str, str, str]:
    """Return what is wrong, why, and what to write; three empty texts where no rule is broken."""
    type, number = sizes.type, "u32" if bcc else "__u32"
    if type in OF_MAPS and code == ENOTSUPP:
        return (
            f"The kernel allows no map of this type inside {name}.",
            "A program array, for example, cannot be in a map of maps.",
            "Let it hold hashes or arrays.",
        )
    if type in OF_MAPS:
        return (
            f"Nothing says what maps {name} holds.",
            "The kernel must see one of them when it makes the outer map.",
            f'Declare a map LIST, say, and then BPF_ARRAY_OF_MAPS({name}, "LIST", 1);'
            if bcc
            else "Write __array(values, struct { … }); into it, with the inner map's type and "
            "sizes.",
        )
    if type == "ringbuf":
        return _of_ring(name, sizes, bcc)
    if type in STORAGE:
        return (
            f"{name} is not declared as a {type} must be.",
            "Its entries belong to objects of the kernel, so it has no size of its own.",
            "Write __uint(map_flags, BPF_F_NO_PREALLOC); and __type(key, int); leave max_entries "
            "out.",
        )
    for wrong, found in (
        (sizes.entries == 0 and type != "perf_event_array", _no_entries),
        (type in _NO_KEY and sizes.key > 0, _key_of_none),
        (type not in _NO_KEY and sizes.key == 0, _no_key),
        (sizes.value == 0, _no_value),
    ):
        if wrong:
            return found(name, type, bcc)
    if type in _ARRAYS and sizes.key not in (4, -1):
        return (
            f"The key of {name} has {counted(sizes.key)}.",
            f"It is a map of type {type}: its key is an index, a number of 4 bytes.",
            f"Make the key a {number}.",
        )
    if type in _OF_NUMBERS and sizes.value not in (4, -1):
        return (
            f"A value of {name} has {counted(sizes.value)}.",
            f"It is a map of type {type}: its value is a number of 4 bytes that stands for an "
            "object of the kernel.",
            f"Make the value a {number}.",
        )
    if type == "lpm_trie":
        return (
            f"{name} is not declared as an lpm_trie must be.",
            "Its key begins with the length of the prefix in bits, a number of 4 bytes, and its "
            "entries are made one by one.",
            "Let the key be a struct of a __u32 and the bytes of the prefix, and set the flag "
            "BPF_F_NO_PREALLOC.",
        )
    if (
        type == "stack_trace"
        and sizes.value > 0
        and (sizes.value % 8 or sizes.value > 8 * _STACK_DEPTH)
    ):
        return (
            f"A value of {name} has {counted(sizes.value)}.",
            f"A value is a list of addresses of 8 bytes, at most {_STACK_DEPTH} of them.",
            f"Make it {8 * _STACK_DEPTH} bytes.",
        )
    return _too_large(name, sizes)


def _of_ring(name: str, sizes: Sizes, bcc: bool) -> tuple[str, str, str]:
    if sizes.key or sizes.value:
        return (
            f"{name} is a ring buffer with a key or a value.",
            "A ring buffer has neither: its records have any size.",
            "Leave out its key and its value.",
        )
    page, size = mmap.PAGESIZE, sizes.entries
    if size >= 0 and (size == 0 or size & (size - 1) or size % page):
        pages = f"{size // page} pages" if size and size % page == 0 else counted(size)
        return (
            f"The ring buffer {name} has {pages}.",
            f"Its size must be a power of two of pages; a page has {page} bytes here.",
            f"Give it {_power(size // page)} pages: BPF_RINGBUF_OUTPUT({name}, "
            f"{_power(size // page)});"
            if bcc
            else f"Write __uint(max_entries, {_power(size // page)} * {page}); into it.",
        )
    return "", "", ""


def _power(pages: int) -> int:
    return 1 << max(pages - 1, 0).bit_length() if pages else 8


def _no_entries(name: str, type: str, bcc: bool) -> tuple[str, str, str]:
    return (
        f"The map {name} has no entries." if bcc else f"{name} does not say how many entries.",
        f"A map of type {type} is made for at least one.",
        "Give it a size greater than 0."
        if bcc
        else "Write __uint(max_entries, 1024); into it, or another number.",
    )


def _no_key(name: str, type: str, bcc: bool) -> tuple[str, str, str]:
    return (
        f"The map {name} has no key.",
        f"Each entry of a map of type {type} is found by its key.",
        "Give it a key with a size." if bcc else "Write __type(key, __u32); into it.",
    )


def _no_value(name: str, type: str, bcc: bool) -> tuple[str, str, str]:
    return (
        f"The map {name} has no value.",
        f"Each entry of a map of type {type} has one.",
        "Give it a value with a size." if bcc else "Write __type(value, __u64); into it.",
    )


def _key_of_none(name: str, type: str, bcc: bool) -> tuple[str, str, str]:
    return (
        f"The map {name} has a key.",
        f"A map of type {type} has values alone.",
        "Leave its key out.",
    )


def _too_large(name: str, sizes: Sizes) -> tuple[str, str, str]:
    if sizes.type.endswith(("percpu_hash", "percpu_array")) and sizes.value > _PER_CPU_BYTES:
        return (
            f"A value of {name} has {counted(sizes.value)}.",
            f"A value that each CPU has a copy of has at most {_PER_CPU_BYTES} bytes.",
            "Make the value smaller, or use a map that is not per CPU.",
        )
    return "", "", ""


def _shown(sizes: Sizes) -> str:
    parts = [f"keys of {counted(sizes.key)}"] if sizes.key > 0 else []
    parts += [f"values of {counted(sizes.value)}"] if sizes.value > 0 else []
    article = "an" if sizes.type.startswith("a") else "a"
    return f"{article} {sizes.type} with {', '.join([*parts, f'{sizes.entries} entries'])}"


def _opening(code: str, closed: int) -> int:
    """Return where the struct begins whose brace is closed at *closed*."""
    depth = 0
    for brace in reversed(list(re.finditer(r"[{}]", code[: closed + 1]))):
        depth += 1 if brace[0] == "}" else -1
        if not depth:
            start = code.rfind("struct", 0, brace.start())
            return start if start >= 0 else brace.start()
    return closed
