"""Numbers of bytes that are more than the memory has."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.call import Call
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.text import counted

_WRITES = (
    "bpf_probe_read", "bpf_get_current_comm", "bpf_skb_load_bytes", "bpf_copy_from_user",
    "bpf_dynptr_read", "bpf_xdp_load_bytes", "bpf_get_stack", "bpf_d_path", "bpf_perf_read",
)  # fmt: skip
_CONSTANT = re.compile(r"-?\d+|0x[\da-f]+")


def length(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number of bytes that may be too large, below 0, or 0 where that is none."""
    register, call = f"R{found[1]}", refusal.call()
    if not call:
        return None
    memory = f"R{int(found[1]) - 1}"
    buffer = plain_name(call.arguments.get(memory, ""))
    count = call.arguments.get(register, "")
    shown = count or "The number of bytes"
    declared = ctext.variable(refusal.source, buffer, refusal.here) if buffer else None
    pointer = bool(declared and declared.is_pointer)
    room = declared.bytes if declared and not pointer else room_behind(refusal, memory)
    whose = f"What {buffer} points to" if pointer else buffer or "The memory there"
    between = f"between 0 and {room}" if room else "small enough, and at least 0"
    return refusal.error(
        "bounds",
        f"{shown} is not known to be {between}; {call.shown} takes it as a number of bytes.",
        why=f"{whose} has {counted(room)}. The verifier finds no check of {shown} on the way here."
        if room
        else "The verifier finds no check of it on the way here.",
        fix=_keep(count, _sized(declared, buffer), room),
        also=[(declared.place, f"{buffer} is declared here")] if declared and room else [],
    )


def no_bytes(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number of bytes that is, or may be, 0."""
    return _no_bytes(refusal, f"R{found[1]}")


def _no_bytes(refusal: Refusal, register: str) -> LabError:
    call = refusal.call()
    if not call:
        return refusal.error(
            "bounds",
            "The number of bytes may be 0, and the helper takes at least one byte.",
            fix="Check it first: if (!n) return 0;",
        )
    count = call.arguments.get(register, "")
    memory = plain_name(call.arguments.get(f"R{int(register[1:]) - 1}", ""))
    if is_constant(refusal.state(register)):
        return refusal.error(
            "bounds",
            f"{call.shown} is given 0 bytes.",
            why=f"{call.helper} takes at least one byte.",
            fix=f"Give the size of the memory: sizeof({memory or 'buffer'}).",
        )
    return refusal.error(
        "bounds",
        f"{count or 'The number of bytes'} may be 0; {call.shown} takes at least one byte.",
        why="The verifier finds no check that keeps it above 0.",
        fix=f"Check it first: if (!{count}) return 0;"
        if re.fullmatch(r"\w+", count)
        else "Keep it in a variable n, and check that first: if (!n) return 0;",
    )


def no_key(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a lookup in a map that has no keys; Linux 6.1 says the same of a size of 0 bytes."""
    call = refusal.call()
    if call and not call.helper.startswith("bpf_map_"):
        spans = {f"R{n}": refusal.span(f"R{n}") for n in range(2, 6)}
        zero = next((name for name, span in spans.items() if span and span[0] <= 0), "")
        return _no_bytes(refusal, zero) if zero else None
    if not call or call.key:
        return None
    return refusal.error(
        "map-type",
        f"{call.map or 'This map'} has no keys, so {call.shown} finds nothing in it.",
        why="A ring buffer, a queue or a stack is no table of keys and values.",
        fix="For a ring use ringbuf_reserve or ringbuf_output; for a table declare a hash or an "
        "array.",
    )


def of_helper(
    refusal: Refusal, call: Call, register: str, size: int, room: int, where: str
) -> LabError:
    """Explain a helper that is given more bytes than there are; *where* says how many that is."""
    plain = plain_name(call.arguments.get(register, ""))
    declared = ctext.variable(refusal.source, plain, refusal.here) if plain else None
    own = declared.bytes if declared and not declared.is_pointer else 0
    own = own if own < size else 0  # else it is another one of that name
    shown = plain or "memory"
    where = f"{plain} has {counted(own)}." if own else where
    also = [(declared.place, f"{plain} is declared here")] if declared and own else []
    if call.helper.startswith("bpf_map_") and (part := _part(call, register, size)):
        type = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}.get(size, "")
        if refusal.source.dialect == "libbpf" and type:
            type = f"__{type}"
        return refusal.error(
            "bounds",
            f"{call.shown} reads {size} bytes of {shown}" + (f", which has {own}." if own else "."),
            why=f"A {part} of {call.map or 'this map'} has {counted(size)}. {where}",
            fix=f"Declare {plain or f'the {part}'} with the type of the map's {part}"
            + (f": {type} {plain};" if type and plain else "."),
            also=also,
        )
    verb = "writes" if call.helper.startswith(_WRITES) else "reads"
    number = f"R{int(register[1:]) + 1}"
    count = call.arguments.get(number, "")
    if not is_constant(refusal.state(number)) and count:
        return refusal.error(
            "bounds",
            f"{count} can be up to {size}, and {call.shown} {verb} so many bytes "
            f"{'into' if verb == 'writes' else 'of'} {shown}.",
            why=where,
            fix=_keep(count, _sized(declared, plain), own or room),
            also=also,
        )
    return refusal.error(
        "bounds",
        f"{call.shown} {verb} {size} bytes {'into' if verb == 'writes' else 'of'} {shown}.",
        why=where,
        fix=_size_of(refusal, declared, plain, own or room)
        + (" Or make the map's values larger." if where.startswith("A value of") else ""),
        also=also,
    )


def _size_of(refusal: Refusal, declared: ctext.Variable | None, plain: str, room: int) -> str:
    """Return what size to give."""
    if not plain:
        return "Give the size of the memory."
    if not (sized := _sized(declared, plain)):
        return f"Give the size of the memory that {plain} points to: at most {counted(room)}."
    what = "the size of what you pass" if refusal.inlined else "its size"
    return f"Give {what}: sizeof({sized})."


def _sized(declared: ctext.Variable | None, name: str) -> str:
    """Return what ``sizeof`` is to be of; nothing for a ``char *``, of which it would be 1."""
    if declared and re.search(r"\b(?:char|void|[su]8)\*$", declared.type):
        return ""
    return f"*{name}" if declared and declared.is_pointer and name else name


def _part(call: Call, register: str, size: int) -> str:
    if register == "R2" and size == call.key:
        return "key"
    return "value" if register in ("R2", "R3") and size == call.value else ""


def _keep(count: str, buffer: str, room: int) -> str:
    """Return what keeps a number of bytes within a buffer."""
    size = f"sizeof({buffer})" if buffer else str(room or "SIZE")
    if room and room & (room - 1) == 0 and count:
        given = count if re.fullmatch(r"\w+", count) else f"({count})"
        return f"Mask it where it is given: {given} & ({size} - 1)."
    name = count if re.fullmatch(r"\w+", count) else "n"
    if room > 1 and count:
        given = name if name == count else f"({count})"
        less = (1 << (room.bit_length() - 1)) - 1
        return (
            f"Mask it where it is given: {given} & {less}, which is within the {room} bytes. A "
            f"comparison (if ({name} > {size}) {name} = {size};) uses all of them, but is not "
            "always enough: the compiler may compare a copy."
        )
    return (
        f"Keep it in an unsigned variable (u64 {name}), and limit it just before: "
        f"if ({name} > {size}) {name} = {size};"
    )


def room_behind(refusal: Refusal, register: str) -> int:
    """Return how many bytes there are from a pointer to the end of its memory, or 0."""
    state = refusal.state(register)
    whole = re.search(r"\b(?:vs|sz|mem_size)=(\d+)", state)
    off = re.search(r"\boff=(\d+)", state)
    return int(whole[1]) - (int(off[1]) if off else 0) if whole and is_fixed(state) else 0


def is_constant(state: str) -> bool:
    """Say whether a number is known, or a pointer's offset is."""
    return bool(_CONSTANT.fullmatch(state.removeprefix("P"))) or is_fixed(state)


def is_fixed(state: str) -> bool:
    """Say whether a pointer's offset into its memory is known."""
    return bool(
        re.match(r"(?:map_value|map_key|ringbuf_mem|alloc_mem|mem|rdonly_mem|fp|ctx|buf)", state)
    ) and not re.search(r"[su]max=|var_off=\(0x0; 0x[1-9a-f]", state)


def plain_name(argument: str) -> str:
    """Return the variable in an argument, without casts, & and *; nothing if it is no name."""
    text = re.sub(r"^\s*\([\w\s]+\*+\s*\)", "", argument).strip().lstrip("&").strip("() ")
    text = re.sub(r"\[0\]$", "", text)
    return text if re.fullmatch(r"[A-Za-z_][\w.]*(?:->[\w.]+)*", text) else ""


RULES = (
    (r"^R(\d+) min value is negative, either use unsigned or", length),
    (r"^R(\d+) unbounded memory access, use 'var &= const'", length),
    (r"^R(\d+) invalid zero-sized read", no_bytes),
    (r"^invalid zero-sized read", no_key),
)
