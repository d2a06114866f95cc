"""What libbpf finds among the kernel's own types (/sys/kernel/btf/vmlinux)."""

from __future__ import annotations

from ctypes import c_uint32

from bpflab.bindings.libbpf_calls import heard, library

_POINTER, _TYPEDEF, _PROTOTYPE = 2, 8, 13  # kinds of types, include/uapi/linux/btf.h


def hook_number(name: str, attach_type: int) -> int:
    """Return the number of the hook *name* among the kernel's types, or 0 where it has none.

    *attach_type* says of what kind it is, as in ``enum bpf_attach_type``.

    Raises:
        LabError: ``no-libbpf``.
    """
    lib = library()
    with heard():
        return max(int(lib.libbpf_find_vmlinux_btf_id(name.encode(), attach_type)), 0)


def arguments_of(event: str) -> int:
    """Return how many arguments the raw tracepoint *event* has, or -1 where that is not known.

    Raises:
        LabError: ``no-libbpf``.
    """
    lib = library()
    with heard():
        types = lib.btf__load_vmlinux_btf()
        if not types:
            return -1
        try:
            number = lib.btf__find_by_name_kind(types, f"btf_trace_{event}".encode(), _TYPEDEF)
            kinds = []
            for _ in range(3):  # the typedef of a pointer to a function
                at = lib.btf__type_by_id(types, number) if number > 0 else None
                if not at:
                    return -1
                _, info, number = (c_uint32 * 3).from_address(at)
                kinds.append(info >> 24 & 0x1F)
            # The first is of the kernel's own.
            return (info & 0xFFFF) - 1 if kinds == [_TYPEDEF, _POINTER, _PROTOTYPE] else -1
        finally:
            lib.btf__free(types)
