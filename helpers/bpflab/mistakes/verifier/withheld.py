"""Helpers that a type of program may call, but not on every kernel, or not from every process."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bpflab.bindings import capabilities, lockdown

STATUS = Path("/proc/self/status")
CONFIGS = (Path("/proc/config.gz"), Path(f"/boot/config-{os.uname().release}"))
"""Where a kernel says how it was built, if it does."""


@dataclass(frozen=True)
class Condition:
    """What a kernel asks before it lets a program call a helper.

    Attributes:
        text: what has to be so, as a clause.
        otherwise: the contrary, as a clause.
        fix: what to do then.
        met: whether it is so here; None where nothing says it.
    """

    text: str
    otherwise: str
    fix: str
    met: Callable[[], bool | None]


def _unlocked(text: str, *modes: str) -> Condition:
    """Return the condition that the kernel is in none of these modes of lockdown."""

    def met() -> bool | None:
        mode = lockdown.mode()
        return None if mode is None else mode not in modes

    otherwise = "the kernel is locked down (kernel_lockdown(7))"
    return Condition(text, otherwise, "Use a kernel that is not locked down.", met)


def _has(name: str, bit: int, fix: str) -> Condition:
    """Return the condition that this process has a capability."""

    def met() -> bool:
        return bool(capabilities.mask(STATUS.read_text("utf-8", "replace")) >> bit & 1)

    return Condition(f"the process has {name}", f"this process does not have {name}", fix, met)


def _built_with(option: str) -> Condition:
    """Return the condition that the kernel was built with an option."""

    def met() -> bool | None:
        for file in CONFIGS:
            try:
                text = file.read_bytes()
            except OSError:
                continue
            text = gzip.decompress(text) if file.suffix == ".gz" else text
            return f"{option}=y".encode() in text.splitlines()
        return None

    return Condition(
        f"the kernel was built with {option}",
        f"the kernel was built without {option}",
        "Use a kernel that was built with it.",
        met,
    )


_TRACING = {
    *("kprobe", "tracepoint", "raw_tracepoint", "raw_tracepoint_writable"),
    *("perf_event", "tracing"),
}
_READ_KERNEL = {
    *("bpf_probe_read", "bpf_probe_read_str", "bpf_probe_read_kernel", "bpf_probe_read_kernel_str"),
}
_FOR_PERFMON = {  # kernel/bpf/helpers.c, bpf_base_func_proto
    *("bpf_trace_printk", "bpf_trace_vprintk", "bpf_snprintf", "bpf_snprintf_btf"),
    *("bpf_get_current_task", "bpf_get_current_task_btf", "bpf_task_pt_regs"),
    *("bpf_probe_read_user", "bpf_probe_read_user_str", "bpf_perf_event_read_value"),
    *_READ_KERNEL,
}
_WRITING = _unlocked("the kernel is not locked down", "integrity", "confidentiality")
_READING = _unlocked("the kernel lets programs read its memory", "confidentiality")
_ROOT = _has("CAP_SYS_ADMIN", capabilities.SYS_ADMIN, "Load it as root.")
_PERFMON = _has("CAP_PERFMON", capabilities.PERFMON, "Load it with CAP_PERFMON, as ./lab does.")
_OVERRIDE = _built_with("CONFIG_BPF_KPROBE_OVERRIDE")


def conditions(name: str, type: str) -> tuple[Condition, ...]:
    """Return what a kernel asks before a program of *type* may call helper *name*.

    Empty where the type alone decides. *type* is "" where it is not known, as of a saved log.
    """
    if name == "bpf_override_return":
        return (_OVERRIDE,) if type == "kprobe" else ()
    if name == "bpf_probe_write_user":
        return (_WRITING, _ROOT) if not type or type in _TRACING else ()
    if type and type not in _TRACING:
        found = (_PERFMON,) if name in _FOR_PERFMON else ()
        return (*found, _READING) if name in _READ_KERNEL else found
    return (_READING,) if name in _READ_KERNEL else ()


def why(type: str, wanted: tuple[Condition, ...]) -> str:
    """Return the conditions in words, and what is known of them on this machine."""
    whose = f"Programs of type {type}" if type else "Programs that trace"
    asked = f"{whose} may call it where {_all(each.text for each in wanted)}."
    if not type:
        return asked
    failed, unknown = _here(wanted, False), _here(wanted, None)
    if failed:
        return f"{asked} Here {_all(each.otherwise for each in failed)}."
    if len(unknown) != 1:
        return f"{asked} The kernel does not say which of this it finds missing here."
    so = _all(each.text for each in _here(wanted, True))
    return f"{asked} {f'Here {so}, so most' if so else 'Most'} likely {unknown[0].otherwise}."


def fix(type: str, wanted: tuple[Condition, ...]) -> str:
    """Return what to do where a condition is not met, or may not be."""
    lacking = (type and (_here(wanted, False) or _here(wanted, None))) or wanted
    return " ".join(dict.fromkeys(each.fix for each in lacking))


def _here(wanted: tuple[Condition, ...], met: bool | None) -> list[Condition]:
    return [each for each in wanted if each.met() is met]


def _all(clauses: Iterable[str]) -> str:
    return " and ".join(clauses)
