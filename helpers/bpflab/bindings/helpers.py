"""Which of the kernel's helper functions a program may call: asked of the running kernel."""

from __future__ import annotations

import functools
import struct

from bpflab.bindings.bpf import Code, Refused, load_program
from bpflab.bindings.uapi import PROGRAM_TYPES

# A call of helper %d, and then a register that nothing has written: no such program is loaded.
_CALL, _MOVE, _EXIT = 0x85, 0xBF, 0x95
_UNWRITTEN = 9
_WRITTEN_NOTHING = f"R{_UNWRITTEN} !read_ok"

_KNOWN = 5  # bpf_ktime_get_ns, which every type may call: where it is refused, nothing is learned
_LAST = 211  # bpf_cgrp_storage_delete; the kernel adds kfuncs instead of more helpers

_NOT_ALLOWED = (  # kernel/bpf/verifier.c, check_helper_call
    "cannot use helper",  # since Linux 6.8; "unknown func" before
    "unknown func",
    "invalid func",
    "not supported for program type",
    "might sleep",
)

# To ask for these changes the machine: it switches the event bpf_trace_printk on, or writes a
# warning into the kernel's log (kernel/trace/bpf_trace.c). Since another helper is for the same
# types, that one is asked for: bpf_probe_read_kernel for the first two, bpf_get_stackid.
_ASKED_AS = {6: 113, 177: 113, 36: 27}

# A map whose value has a lock or a timer is refused to these types by another function
# (check_map_prog_compatibility).
_TRACING = ("kprobe", "tracepoint", "perf_event", "raw_tracepoint", "raw_tracepoint_writable")
_LOCKS_AND_TIMERS = frozenset({93, 94, 169, 170, 171, 172})


@functools.cache
def allowed(type: str) -> frozenset[int] | None:
    """Return the numbers of the helpers that a program of *type* may call on this kernel.

    None where the kernel does not say: without privileges, and for the types that are loaded for
    one function of the kernel (``tracing``, ``lsm``, ``struct_ops``, ``ext``) or may sleep.
    """
    if type not in PROGRAM_TYPES or _WRITTEN_NOTHING not in _answer(type, _KNOWN):
        return None
    asked = {number for number in range(1, _LAST + 1) if number not in _ASKED_AS}
    found = {
        number for number in asked if not any(no in _answer(type, number) for no in _NOT_ALLOWED)
    }
    found |= {number for number, other in _ASKED_AS.items() if other in found}
    return frozenset(found - _LOCKS_AND_TIMERS if type in _TRACING else found)


def _answer(type: str, number: int) -> str:
    """Return what the verifier prints of a program that calls helper *number*."""
    code = (
        struct.pack("<BBhi", _CALL, 0, 0, number)
        + struct.pack("<BBhi", _MOVE, _UNWRITTEN << 4, 0, 0)
        + struct.pack("<BBhi", _EXIT, 0, 0, 0)
    )
    try:
        load_program(PROGRAM_TYPES.index(type), Code("asks", code))
    except Refused as refused:
        return refused.log
    raise AssertionError("a program that reads a register that nothing wrote was loaded")
