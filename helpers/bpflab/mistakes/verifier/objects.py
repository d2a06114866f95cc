"""Objects of the kernel and other memory that a program may only look at, or not at all."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.verifier.pointers import USER
from bpflab.mistakes.verifier.refusal import Refusal, says

kernel_object = says(
    "read-only",
    "An object of the kernel is written to.",
    why="A program may read the kernel's structs, and not change them.",
    fix="Leave the assignment out, and keep what you want to remember in a map.",
)


def no_memory(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a read or a write through a pointer that stands for no memory."""
    what = {
        "map_ptr": ("a map", "Look a value up: bpf_map_lookup_elem(&map, &key)."),
        "pkt_end": ("the end of the packet", "Compare with it, and read through another pointer."),
        "func": ("a function", "Give the function to a helper, which calls it."),
    }
    if found[2] not in what:
        return None
    return refusal.error(
        "pointer",
        f"The address of {what[found[2]][0]} is read or written through.",
        why="A program may not read what is stored there.",
        fix=what[found[2]][1],
    )


def the_map(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a map that is read or written as if it were a variable."""
    return refusal.error(
        "pointer",
        "A map itself is read or written, and not a value of it.",
        why="The name of a map stands for the map; its values are found by their keys.",
        fix="Look a value up: bpf_map_lookup_elem(&map, &key)."
        if refusal.source.dialect == "libbpf"
        else "Look a value up: map.lookup(&key).",
    )


object_end = says(
    "bounds",
    "{3} bytes at byte {2} are behind the end of struct {1}.",
    why="The verifier knows the kernel's struct from its types.",
    fix="Read a field of struct {1} by its name, with an index below its length.",
)


object_index = says(
    "pointer",
    "An object of the kernel is read at an offset that is not a constant.",
    why="The verifier looks each field up by its offset, so that must be a constant.",
    fix="Copy it: bpf_probe_read_kernel(&copy, sizeof(copy), address), with the address of the "
    "element.",
)


object_moved = says(
    "pointer",
    "This pointer must be passed unchanged, and it was moved.",
    why="The verifier knows what is at the start of the object, and not in its middle.",
    fix="Give the pointer itself, without an offset.",
)


def foreign(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a pointer to the memory of a process, or of each CPU, that is followed."""
    user = found[1] == "user"
    return refusal.error(
        "pointer",
        f"A pointer to the memory of {'a process' if user else 'each CPU'} is followed.",
        why="The memory may not be there."
        if user
        else "It is an offset that has another address on each CPU.",
        fix=f"Copy what stands there: {USER}."
        if user
        else "Get the address first: bpf_this_cpu_ptr(pointer), or bpf_per_cpu_ptr(pointer, cpu).",
    )


leaks = says(
    "pointer",
    "An address of the kernel would leave the program.",
    why="Without CAP_PERFMON a program may not store or return addresses.",
    fix="Store or return what the address points to: write a * in front of the pointer.",
)


not_written = says(
    "read-only",
    "This line writes to memory that a program may only read.",
    why="It belongs to the kernel or to a constant.",
    fix="Copy it into a variable, and change that.",
)


RULES = (
    (r"^only read is supported", kernel_object),
    (r"^only read from \w+ is supported", the_map),
    (r"^R(\d+) invalid mem access '(\w+)'", no_memory),
    (r"^access beyond struct (\w+) at off (\d+) size (\d+)", object_end),
    (r"^variable (?!ctx)\w+ access var_off=", object_index),
    (r"^R\d+ is (?:\w*ptr_)\w+ invalid variable offset", object_index),
    (r"^dereference of modified (?!ctx|ringbuf_mem|alloc_mem)\w+ ptr", object_moved),
    (r"^R\d+ is \w*ptr_\w+ access (user|percpu) memory", foreign),
    (r"^R\d+ leaks addr (?:into|as)", leaks),
    (r"^R\d+ cannot write into |^cannot write into ", not_written),
)
