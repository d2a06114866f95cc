"""Helpers and maps that this program may not use, or not together."""

from __future__ import annotations

import re

from bpflab.bindings.helpers import allowed
from bpflab.errors import LabError, Place
from bpflab.mistakes.verifier import withheld
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.reference import helpers as reference

_ASKED = (
    "tracepoint",
    "raw_tracepoint",
    "kprobe",
    "perf_event",
    "socket_filter",
    "sched_cls",
    "xdp",
)
_HOOKS = {
    "socket_filter": "a socket_filter program",
    "sched_cls": "a program for tc (sched_cls)",
    "xdp": "a program for XDP",
}
POISONED = 195896080
"""In the place of what CO-RE did not find: 0xbad2310, "bad relo" (libbpf, relo_core.c)."""
_NUMBER = re.compile(r"#(\d+)$")
_OF_SYSCALL = (  # kernel/bpf/syscall.c, syscall_prog_func_proto
    "bpf_sys_bpf",
    "bpf_sys_close",
    "bpf_btf_find_by_name_kind",
    "bpf_kallsyms_lookup_name",
)
_MAP_TYPES = {
    "bpf_ringbuf": "a ring buffer",
    "bpf_perf_event": "a perf buffer (BPF_PERF_OUTPUT)",
    "bpf_tail_call": "a program array (BPF_PROG_ARRAY)",
    "bpf_get_stackid": "a map of stacks (BPF_STACK_TRACE)",
    "bpf_for_each_map_elem": "a hash or an array",
    "bpf_map_push_elem": "a queue or a stack",
    "bpf_map_pop_elem": "a queue or a stack",
    "bpf_map_peek_elem": "a queue or a stack",
    "bpf_redirect_map": "a map of devices, CPUs or sockets",
    "bpf_map_": "a map with keys and values, as a hash or an array",
}


def helper(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper that this type of program may not call, or not here."""
    call = refusal.call()
    name = found[1] or (call.helper if call else "")
    if not name or name == "unknown":
        return _no_helper(refusal, int(number[1]) if (number := _NUMBER.search(found[0])) else -1)
    if wanted := withheld.conditions(name, refusal.type):
        return refusal.error(
            "helper-type",
            f"The kernel does not let this program call {name}.",
            why=withheld.why(refusal.type, wanted),
            fix=withheld.fix(refusal.type, wanted),
        )
    return refusal.error(
        "helper-type",
        f"A program of this type may not call {name}.",
        why=_why_not(name, refusal.type),
        fix=_instead(name),
    )


def map_type(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a map of a type that the helper does not serve."""
    call = refusal.call()
    name = call.helper if call else found[1] or "bpf_tail_call"
    wanted = next((what for start, what in _MAP_TYPES.items() if name.startswith(start)), "")
    declared = _map_line(refusal, call.map if call else "")
    if not wanted:
        return None
    return refusal.error(
        "map-type",
        f"{(call and call.map) or 'The map'} is not of the type that "
        f"{call.shown if call else name} takes.",
        why=f"It takes {wanted}.",
        fix=f"Give it {wanted}, or declare the map as that.",
        also=[(declared, "declared here")],
    )


def not_a_program_array(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a tail call through another map, for which Linux 6.1 blames itself."""
    call = refusal.call()
    return map_type(refusal, found) if call and call.helper == "bpf_tail_call" else None


def no_callback(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain bpf_for_each_map_elem over a map that has no elements to walk over."""
    return map_type(refusal, found)


def kfunc(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a function of the kernel that this program may not call."""
    return refusal.error(
        "helper-type",
        f"A program of this type may not call {found[1]}."
        if found[1]
        else "This line calls a function of the kernel that a program may not call.",
        why="For each of its functions the kernel lists the types of programs that may call it.",
        fix="Use a helper in its place, or another type of program.",
    )


def licence(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper that only GPL-compatible programs may call."""
    name = refusal.helper(refusal.last) or "This helper"
    named = re.search(r'BPF_LICENSE|SEC\("license"\)', refusal.source.code)
    line = refusal.source.at(named.start()) if named else None
    if refusal.source.dialect == "libbpf":
        return refusal.error(
            "license",
            f"{name} is for programs under a GPL-compatible licence.",
            why="The text names another licence." if line else "The text names no licence.",
            fix='Write: char LICENSE[] SEC("license") = "GPL";',
            also=[(line, "the licence is named here")] if line else [],
        )
    return refusal.error(
        "license",
        f"{name} is for programs under a GPL-compatible licence.",
        why="BCC's default is GPL; the text sets another.",
        fix="Remove the BPF_LICENSE line, or name one that is compatible.",
        also=[(line, "the licence is named here")] if line else [],
    )


def _no_helper(refusal: Refusal, number: int) -> LabError:
    if number == POISONED:
        return refusal.error(
            "core",
            "The program uses a field, a type or a function that this kernel does not have.",
            why="It asks for it by name (CO-RE). The loader found no such name among the "
            f"kernel's types, so it put in a call of helper {POISONED}, which does not exist.",
            fix="Check the name in the line of C that this belongs to, or use it only where "
            "bpf_core_field_exists() or bpf_core_type_exists() says that it is there.",
        )
    meant = next((one for one in reference.HELPERS.values() if one.number == number), None)
    if not meant:
        return refusal.error(
            "helper-type",
            "This kernel has no such helper.",
            why="A helper has a number, and this kernel's list does not have that number.",
            fix="Use an older helper; bpf-helpers(7) says since when each exists.",
        )
    return refusal.error(
        "helper-type",
        f"This kernel has no helper {meant.name}.",
        why=f"It is helper {number}, which is there since Linux {meant.since}.",
        fix="Use an older helper, or a newer kernel; bpf-helpers(7) says since when each exists.",
    )


def _types(name: str) -> list[str]:
    """Return the types of programs that may call a helper on this kernel, if it can be asked."""
    known = reference.find(name)
    return [type for type in _ASKED if known and known.number in (allowed(type) or ())]


def _why_not(name: str, refused: str) -> str:
    if name in _OF_SYSCALL:
        return 'Only programs of type syscall may call it: those with SEC("syscall").'
    if types := [type for type in _types(name) if type != refused]:
        return f"On this kernel programs of these types may call it: {', '.join(types)}."
    if name == "bpf_override_return":
        return (
            "Only a kprobe may call it, at functions that allow errors to be injected, and in a "
            "kernel that was built for that."
        )
    if name in ("bpf_get_func_ip", "bpf_get_func_arg", "bpf_get_func_ret"):
        return "It is for programs at functions: kprobes, fentry and fexit."
    return "Each type of program has its own list of helpers."


def _instead(name: str) -> str:
    if name == "bpf_kallsyms_lookup_name":
        return (
            "Look the address up in user space, in /proc/kallsyms, and give it to the program: in "
            "a map, or in a const volatile variable."
        )
    if "skb" in name or "xdp" in name:
        types = [_HOOKS[type] for type in _types(name) if type in _HOOKS]
        return f"Make it {' or '.join(types)}." if types else "Use a program for packets."
    return "See bpf-helpers(7) for a helper that does it, or use a hook of another type."


def _map_line(refusal: Refusal, name: str) -> Place | None:
    if not name:
        return None
    of_map = re.compile(rf"BPF_\w+\([^)]*\b{name}\b|\b{name}\s+SEC\(")
    return next((p for p in refusal.source.lines if of_map.search(p.text)), None)


RULES = (
    (r"^(?:program of this type )?cannot use helper (\w+)#\d+", helper),
    (r"^program of this type cannot use helper (\w+)#\d+", helper),
    (r"^unknown func (\w+)#\d+", helper),
    (r"(?:^|: )invalid func (\w+)#\d+", helper),
    (r"^func (\w+)#\d+ not supported for program type \d+", helper),
    (r"^cannot pass map_type \d+ into func (\w+)#\d+", map_type),
    (r"^()expected prog array map for tail call", map_type),
    (r"^()kernel subsystem misconfigured verifier", not_a_program_array),
    (r"^()callback function not allowed for map", no_callback),
    (r"^calling kernel function (\w+) is not allowed", kfunc),
    (r"^cannot call GPL", licence),
)
