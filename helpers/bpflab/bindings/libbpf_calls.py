"""The functions of libbpf that the lab calls, declared, and the warnings that it would print."""

from __future__ import annotations

import contextlib
import ctypes
import functools
from collections.abc import Iterator
from ctypes import CFUNCTYPE, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from typing import Any

from bpflab.errors import LabError
from bpflab.text import safe_text

MAP_FACTS = ("type", "key_size", "value_size", "max_entries")
MAP_TYPES = ("btf_key_type_id", "btf_value_type_id")
"""What bpf_map__NAME returns: of any map, and numbers of types."""
_PRINT = CFUNCTYPE(c_int, c_int, c_char_p, c_void_p)  # a va_list arrives as an address
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "libbpf_set_print": (c_void_p, [c_void_p]),
    "bpf_object__open_mem": (c_void_p, [c_char_p, c_size_t, c_void_p]),
    "bpf_object__load": (c_int, [c_void_p]),
    "bpf_object__close": (None, [c_void_p]),
    "bpf_object__next_program": (c_void_p, [c_void_p, c_void_p]),
    "bpf_object__next_map": (c_void_p, [c_void_p, c_void_p]),
    "bpf_program__name": (c_char_p, [c_void_p]),
    "bpf_program__fd": (c_int, [c_void_p]),
    "bpf_program__type": (c_int, [c_void_p]),
    "bpf_program__set_type": (c_int, [c_void_p, c_int]),
    "bpf_program__set_flags": (c_int, [c_void_p, c_uint32]),
    "bpf_program__set_expected_attach_type": (c_int, [c_void_p, c_int]),
    "bpf_program__set_attach_target": (c_int, [c_void_p, c_int, c_char_p]),
    "bpf_program__section_name": (c_char_p, [c_void_p]),
    "bpf_program__insns": (c_void_p, [c_void_p]),
    "bpf_program__insn_cnt": (c_size_t, [c_void_p]),
    "bpf_program__set_log_buf": (c_int, [c_void_p, c_void_p, c_size_t]),
    "bpf_program__set_log_level": (c_int, [c_void_p, c_uint32]),
    "bpf_map__name": (c_char_p, [c_void_p]),
    "bpf_map__fd": (c_int, [c_void_p]),
    "bpf_map__set_pin_path": (c_int, [c_void_p, c_char_p]),
    "bpf_map__initial_value": (c_void_p, [c_void_p, c_void_p]),
    **{f"bpf_map__{fact}": (c_uint32, [c_void_p]) for fact in (*MAP_FACTS, *MAP_TYPES)},
    "bpf_object__btf": (c_void_p, [c_void_p]),
    "btf__raw_data": (c_void_p, [c_void_p, c_void_p]),
    "libbpf_find_vmlinux_btf_id": (c_int, [c_char_p, c_int]),
    "btf__load_vmlinux_btf": (c_void_p, []),
    "btf__find_by_name_kind": (c_int, [c_void_p, c_char_p, c_uint32]),
    "btf__type_by_id": (c_void_p, [c_void_p, c_uint32]),
    "btf__free": (None, [c_void_p]),
}


@functools.cache
def library() -> ctypes.CDLL:
    """Return libbpf, its functions declared.

    Raises:
        LabError: ``no-libbpf``.
    """
    try:
        lib = ctypes.CDLL("libbpf.so.1", use_errno=True)
        for name, (returns, takes) in _FUNCTIONS.items():
            function = getattr(lib, name)
            function.restype, function.argtypes = returns, takes
    except (OSError, AttributeError) as reason:
        raise LabError(
            "no-libbpf", "There is no libbpf 1.x here.", why=f"{reason}.", fix="./lab installs it."
        ) from None
    return lib


@contextlib.contextmanager
def heard() -> Iterator[list[str]]:
    """Collect libbpf's warnings, which it would print on fd 2."""
    warnings: list[str] = []
    vsnprintf = ctypes.CDLL(None).vsnprintf
    vsnprintf.argtypes = [c_char_p, c_size_t, c_char_p, c_void_p]

    def collect(level: int, form: bytes, values: int) -> int:
        if level == 0:  # LIBBPF_WARN
            text = ctypes.create_string_buffer(4096)
            vsnprintf(text, len(text), form, values)
            warnings.append(safe_text(text.value.removeprefix(b"libbpf: ").strip()))
        return 0

    callback = _PRINT(collect)  # libbpf calls it until it is replaced: it must live as long
    before = library().libbpf_set_print(ctypes.cast(callback, c_void_p))
    try:
        yield warnings
    finally:
        library().libbpf_set_print(before)
