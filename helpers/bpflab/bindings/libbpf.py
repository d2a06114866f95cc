"""A BPF object file goes into libbpf, and comes out as what the kernel made of it."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Callable, Iterator
from ctypes import c_char_p, c_size_t, c_uint32
from dataclasses import dataclass

from bpflab.bindings.bpf import LOG_SIZE, SLEEPABLE
from bpflab.bindings.libbpf_calls import MAP_FACTS, MAP_TYPES, heard, library

_MAY_SLEEP = {"tp": 5, "tracepoint": 5, "raw_tp": 17, "raw_tracepoint": 17, "tp_btf": 26}
"""The types of programs at tracepoints, enum bpf_prog_type in include/uapi/linux/bpf.h."""
_RAW_TRACEPOINT = 23  # BPF_TRACE_RAW_TP, of tp_btf


class _Options(ctypes.Structure):
    """The head of ``struct bpf_object_open_opts``; libbpf takes the rest to be zero."""

    _fields_ = (("sz", c_size_t), ("object_name", c_char_p))


@dataclass(frozen=True)
class Program:
    """A program of an object file, loaded; the caller closes ``fd``."""

    name: str
    fd: int
    type: int
    section: str
    instructions: bytes


@dataclass(frozen=True)
class MapFacts:
    """A map of an object file, made; the caller closes ``fd``. The types are numbers of its BTF."""

    name: str
    fd: int
    type: int
    key_size: int
    value_size: int
    max_entries: int
    key_type: int
    value_type: int


@dataclass(frozen=True)
class Attempt:
    """What came of loading an object file.

    Attributes:
        programs, maps: in the order of the file; where it was refused no program, and maps
            without a descriptor (-1).
        btf: the types that the file describes.
        logs: the verifier's log by program, as far as it came.
        warnings: libbpf's.
        error: the errno of a refusal, or 0.
    """

    programs: list[Program]
    maps: list[MapFacts]
    btf: bytes
    logs: dict[str, str]
    warnings: list[str]
    error: int


Constants = Callable[[bytes, bytes], bytes]
"""What makes the first value of ``.rodata`` of an object's BTF and of the value in its file."""


def attempt(
    image: bytes,
    name: str,
    level: int,
    only: str = "",
    constants: Constants | None = None,
    type: int = 0,
) -> Attempt:
    """Load *image*, an ELF of clang's, with logs of *level* of each program or of *only* one.

    *name* is what libbpf calls the object, and begins the names of the maps that it makes itself.
    All programs are of *type*, if one is given, and not of those that their sections say.
    *constants* sets what the text declares ``const volatile``, as a skeleton's ``rodata`` does.
    Nothing is attached, pinned or printed. libbpf's object is closed: the descriptors are copies.

    Raises:
        LabError: ``no-libbpf`` where the machine has no libbpf 1.x.
    """
    lib, logs = library(), {}
    options = _Options(ctypes.sizeof(_Options), name.encode())
    with heard() as warnings:
        handle = lib.bpf_object__open_mem(image, len(image), ctypes.byref(options))
        if not handle:
            return Attempt([], [], b"", {}, warnings, ctypes.get_errno())
        try:
            programs = {lib.bpf_program__name(p).decode(): p for p in _each("program", handle)}
            for each in programs.values():
                _may_sleep(lib, each)
                if type:
                    lib.bpf_program__set_type(each, type)
            for program in programs if not only else [only]:
                logs[program] = ctypes.create_string_buffer(LOG_SIZE[level])
                lib.bpf_program__set_log_buf(programs[program], logs[program], LOG_SIZE[level])
                lib.bpf_program__set_log_level(programs[program], level)
            # The types of a map of some kinds are forgotten when it is made.
            types = {m: _numbers(lib, m, MAP_TYPES) for m in _each("map", handle)}
            for map in types:  # a map of LIBBPF_PIN_BY_NAME would stay, and be found the next time
                lib.bpf_map__set_pin_path(map, None)
                if constants and _name(lib, map).endswith(".rodata"):
                    _set(lib, map, constants, _btf(lib, handle))
            error = -lib.bpf_object__load(handle)
            texts = {n: log.value.decode(errors="backslashreplace") for n, log in logs.items()}
            if error:
                told = [
                    MapFacts(_name(lib, m), -1, *_numbers(lib, m, MAP_FACTS), *n)
                    for m, n in types.items()
                ]
                return Attempt([], told, b"", texts, warnings, error)
            with contextlib.ExitStack() as copies:  # closed if there is none for the last
                made = [_program(lib, name, p, copies) for name, p in programs.items()]
                maps = [_map(lib, m, numbers, copies) for m, numbers in types.items()]
                found = Attempt(made, maps, _btf(lib, handle), texts, warnings, 0)
                copies.pop_all()
                return found
        finally:
            lib.bpf_object__close(handle)


def _set(lib: ctypes.CDLL, map: int, constants: Constants, btf: bytes) -> None:
    size = c_size_t()
    at = lib.bpf_map__initial_value(map, ctypes.byref(size))
    ctypes.memmove(at, constants(btf, ctypes.string_at(at, size.value)), size.value)


def _may_sleep(lib: ctypes.CDLL, program: int) -> None:
    """Set what the section of a tracepoint's program says that may sleep, as ``tp.s/…``.

    The kernel takes such programs since 7.2; libbpf 1.5 does not know these sections yet.
    """
    section = lib.bpf_program__section_name(program).decode().removeprefix("?")
    kind, _, hook = section.partition("/")
    type = _MAY_SLEEP.get(kind.removesuffix(".s"))
    if not type or not kind.endswith(".s") or lib.bpf_program__type(program):
        return
    lib.bpf_program__set_type(program, type)
    lib.bpf_program__set_flags(program, SLEEPABLE)
    if kind == "tp_btf.s":  # the kernel verifies it for its hook
        lib.bpf_program__set_expected_attach_type(program, _RAW_TRACEPOINT)
        lib.bpf_program__set_attach_target(program, 0, hook.encode())


def _program(lib: ctypes.CDLL, name: str, program: int, copies: contextlib.ExitStack) -> Program:
    size = 8 * lib.bpf_program__insn_cnt(program)
    code = ctypes.string_at(lib.bpf_program__insns(program), size)
    section = lib.bpf_program__section_name(program).decode()
    fd = _copy(lib.bpf_program__fd(program), copies)
    return Program(name, fd, lib.bpf_program__type(program), section, code)


def _map(lib: ctypes.CDLL, map: int, types: list[int], copies: contextlib.ExitStack) -> MapFacts:
    fd = _copy(lib.bpf_map__fd(map), copies)
    return MapFacts(_name(lib, map), fd, *_numbers(lib, map, MAP_FACTS), *types)


def _name(lib: ctypes.CDLL, map: int) -> str:
    return str(lib.bpf_map__name(map).decode())


def _copy(fd: int, copies: contextlib.ExitStack) -> int:
    copy = os.dup(fd)
    copies.callback(os.close, copy)
    return copy


def _numbers(lib: ctypes.CDLL, map: int, facts: tuple[str, ...]) -> list[int]:
    return [int(getattr(lib, f"bpf_map__{fact}")(map)) for fact in facts]


def _btf(lib: ctypes.CDLL, handle: int) -> bytes:
    found, size = lib.bpf_object__btf(handle), c_uint32()
    return (
        ctypes.string_at(lib.btf__raw_data(found, ctypes.byref(size)), size.value) if found else b""
    )


def _each(kind: str, handle: int) -> Iterator[int]:
    """Yield the ``program`` or ``map`` pointers of an object, in the order of the file."""
    following, found = getattr(library(), f"bpf_object__next_{kind}"), None
    while found := following(handle, found):
        yield found
