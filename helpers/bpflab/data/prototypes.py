"""What the running kernel hands to a raw tracepoint or to a probe: names and types of arguments."""

from __future__ import annotations

import re
from pathlib import Path

from bpflab.data.btf import Btf

TYPES = Path("/sys/kernel/btf/vmlinux")
_OF_TRACEPOINT = "__traceiter_"  # the kernel's function that calls what is attached to one


def raw_tracepoints() -> set[str]:
    """Return the raw tracepoints that the kernel's types name; none where it has no types."""
    found = re.findall(rb"(?<=\0)btf_trace_(\w+)(?=\0)", _bytes())
    return {name.decode() for name in found}


def of_raw_tracepoints(*events: str) -> dict[str, list[tuple[str, str]]]:
    """Return name and C type of each argument of raw tracepoints, of those that are known.

    >>> of_raw_tracepoints("sched_process_exec")["sched_process_exec"][0]
    ('p', 'struct task_struct *')
    """
    found = of_functions(*(f"{_OF_TRACEPOINT}{event}" for event in events))
    # The first argument is of the kernel's own.
    return {name.removeprefix(_OF_TRACEPOINT): arguments[1:] for name, arguments in found.items()}


def of_functions(*names: str) -> dict[str, list[tuple[str, str]]]:
    """Return name and C type of each argument of functions of the kernel, of those known."""
    data = _bytes()
    if not names or not data:
        return {}
    types = Btf(data)  # in 0.2 s; kept, it would take 20 MB
    return {name: found for name in names if (found := types.parameters(name)) is not None}


def _bytes() -> bytes:
    try:
        return TYPES.read_bytes()
    except OSError:  # built without CONFIG_DEBUG_INFO_BTF
        return b""
