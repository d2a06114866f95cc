"""What the verifier refuses of sizes and indices: more bytes than the memory has."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.refusal import Call, Refusal

_WRITES = (
    "bpf_probe_read", "bpf_get_current_comm", "bpf_skb_load_bytes", "bpf_copy_from_user",
    "bpf_dynptr_read", "bpf_xdp_load_bytes", "bpf_get_stack", "bpf_d_path", "bpf_perf_read",
)  # fmt: skip
_CONSTANT = re.compile(r"-?\d+|0x[\da-f]+")
_STARTS = {"map value": "a value of the map", "map key": "a key of the map", "memory": "memory"}


def stack(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access to the stack by bytes that are not of the variable, or never written."""
    way, register, offset, size = found[1] or "", f"R{found[2]}", int(found[3]), int(found[4])
    call = refusal.call()
    if call:
        rest = f"The program's variables have {-offset} bytes from there on."
        return _of_helper(refusal, call, register, size, -offset, rest)
    array = _array(refusal)
    verb = "written" if "write" in way else "read"
    if array and (offset >= 0 or offset + size > 0):
        name, index, length = array
        declared = _declared(refusal, name)
        return refusal.error(
            "bounds",
            f"{name}[{index}] is {verb} behind the end of {name}"
            + (f", which has {length} elements." if length > 0 else "."),
            why=f"The verifier follows {index} up to here, and nothing keeps it below the length."
            if not index.isdigit()
            else f"The last element has the index {length - 1}.",
            fix=f"Use an index from 0 to {length - 1}."
            if index.isdigit() and length > 0
            else f"Compare it first in the same condition: {index} < sizeof({name}) && …",
            also=[(declared.place, f"{name} is declared here")] if declared else [],
        )
    if offset >= 0 or offset + size > 0 or offset < -512:
        return refusal.error(
            "bounds",
            f"{size} bytes are {verb} outside of the program's variables.",
            why=f"The program's stack has 512 bytes, and byte {offset} from its end is none of "
            "them.",
            fix="Check the index and the size on this line.",
        )
    return _never_written(refusal, register, size)


def stack_partly(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain stack memory of which some bytes were never written."""
    register, size = f"R{found[1] or 0}", int(found[2])
    return _never_written(refusal, register, size)


def stack_index(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index into a variable that may be any number."""
    return _index(refusal, f"R{found[1]}")


def value(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access beyond a map's value, a record or another block of a known size."""
    what, has, offset, size = found[1], int(found[2]), int(found[3]), int(found[4])
    register = re.search(r"^R(\d+) (?:min|max) value is outside", refusal.walk.message, re.M)
    named = f"R{register[1]}" if register else _pointer(refusal)
    if not _is_constant(refusal.state(named)) or (register and "max value" in register[0]):
        return _index(refusal, named, has)
    call = refusal.call()
    block = _block(refusal, named, what)
    if call:
        where = f"It begins at byte {offset} of {block}, which has {has} bytes."
        return _of_helper(refusal, call, named, size, has - offset, where)
    array = _array(refusal)
    if array and (number := ctext.number(refusal.source, array[1])) >= array[2] > 0:
        name, index, length = array[0], str(number), array[2]
        declared = _declared(refusal, name)
        return refusal.error(
            "bounds",
            f"{name}[{index}] is behind the end of {name}, which has {length} elements.",
            why=f"It would be byte {offset} of {block}, which has {has} bytes.",
            fix=f"Use an index from 0 to {length - 1}, or declare more elements.",
            also=[(declared.place, f"{name} is declared here")] if declared else [],
        )
    wide = re.search(r"sz=(\d+)", refusal.state(named))
    _, made = refusal.history(named)
    reserve = refusal.call(made) if made >= 0 else None
    if wide and reserve and reserve.helper == "bpf_ringbuf_reserve":
        given = reserve.arguments.get("R2", "")
        name = ctext.assigned(refusal.text(made)) or "e"
        pointer = given.replace(" ", "") == f"sizeof({name})"
        return refusal.error(
            "bounds",
            f"{_bytes(size)} at byte {offset} of a record of {_bytes(has)}.",
            why=f"{given} is the size of the pointer: {has} bytes were reserved."
            if pointer
            else f"{has} bytes were reserved.",
            fix=f"Reserve the size of what {name} points to: sizeof(*{name}).",
            also=[(refusal.place(made), f"{has} bytes are reserved here")],
        )
    return refusal.error(
        "bounds",
        f"{_bytes(size)} at byte {offset} of {block}, which has {_bytes(has)}.",
        why="The verifier knows the size of the memory that a pointer points to.",
        fix="Declare it as large as what goes into it, or use a smaller offset.",
    )


def index(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index that may be too large, or below 0."""
    return _index(refusal, f"R{found[1]}")


def index_added(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an index that may be any number and is added to a pointer."""
    added = re.match(r"\(\w\w\) r(\d+) [+-]= r\d+", refusal.step.code if refusal.step else "")
    return _index(refusal, f"R{added[1]}" if added else "", may_be_negative=True)


def far(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number that is too large to be added to a pointer."""
    if array := _array(refusal):
        declared = ctext.variable(refusal.source, array[1], refusal.here)
        if declared and declared.is_signed:
            return index_added(refusal, found)
    return refusal.error(
        "pointer-arithmetic",
        f"{found[1]} bytes are added to a pointer, or the sum is that far away.",
        why="The verifier follows a pointer for at most 512 MiB; no memory of a program is so "
        "large.",
        fix="Check the number that is added.",
    )


def length(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number of bytes that may be too large, below 0, or 0 where that is none."""
    register, call = f"R{found[1]}", refusal.call()
    if not call:
        return _index(refusal, register)
    buffer = _plain(call.arguments.get(f"R{int(found[1]) - 1}", ""))
    count = call.arguments.get(register, "")
    shown = count or "The number of bytes"
    declared = ctext.variable(refusal.source, buffer, refusal.here) if buffer else None
    room = declared.bytes if declared and not declared.is_pointer else 0
    between = f"between 0 and {room}" if room else "small enough, and at least 0"
    return refusal.error(
        "bounds",
        f"{shown} is not known to be {between}; {call.shown} takes it as a number of bytes.",
        why=f"{buffer} has {room} bytes. The verifier finds no check of {shown} on the way here."
        if room
        else "The verifier finds no check of it on the way here.",
        fix=_keep(count, buffer, room),
        also=[(declared.place, f"{buffer} is declared here")] if declared and room else [],
    )


def no_bytes(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number of bytes that is, or may be, 0."""
    call, register = refusal.call(), f"R{found[1]}"
    if not call:
        return refusal.error(
            "bounds",
            "The number of bytes may be 0, and the helper takes at least one byte.",
            fix="Check it first: if (!n) return 0;",
        )
    count = call.arguments.get(register, "")
    memory = _plain(call.arguments.get(f"R{int(found[1]) - 1}", ""))
    if _is_constant(refusal.state(register)):
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


def forbidden(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access that the map's flags forbid."""
    write = found[1] == "write into"
    state = refusal.state("R1") + refusal.state(_pointer(refusal))
    map = re.search(r"map=([\w.]+)", state)
    if map and map[1].endswith(".rodata"):
        return refusal.error(
            "read-only",
            "A constant of the program is written to.",
            why="What is declared const may be set before the program is loaded, and not by it.",
            fix="Declare it without const.",
        )
    flag = "BPF_F_RDONLY_PROG" if write else "BPF_F_WRONLY_PROG"
    return refusal.error(
        "read-only" if write else "write-only",
        f"{'Into' if write else 'From'} {map[1] if map else 'this map'} a program may not "
        f"{'write' if write else 'read'}.",
        why=f"The map was made with the flag {flag}: only user space may do that.",
        fix=f"Make the map without {flag}.",
    )


def no_key(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a lookup in a map that has no keys."""
    call = refusal.call()
    if not call or call.key:
        return None
    return refusal.error(
        "map-type",
        f"{call.map or 'This map'} has no keys, so {call.shown} finds nothing in it.",
        why="A ring buffer, a queue or a stack is no table of keys and values.",
        fix="For a ring use ringbuf_reserve or ringbuf_output; for a table declare a hash or an "
        "array.",
    )


def _of_helper(
    refusal: Refusal, call: Call, register: str, size: int, room: int, where: str
) -> LabError:
    """Explain a helper that is given more bytes than there are; *where* says how many that is."""
    plain = _plain(call.arguments.get(register, ""))
    declared = ctext.variable(refusal.source, plain, refusal.here) if plain else None
    own = declared.bytes if declared and not declared.is_pointer else 0
    own = own if own < size else 0  # else it is another one of that name
    shown = plain or "memory"
    where = f"{plain} has {own} bytes." if own else where
    also = [(declared.place, f"{plain} is declared here")] if declared and own else []
    if call.helper.startswith("bpf_map_") and (part := _part(call, register, size)):
        type = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}.get(size, "")
        if refusal.source.dialect == "libbpf" and type:
            type = f"__{type}"
        return refusal.error(
            "bounds",
            f"{call.shown} reads {size} bytes of {shown}" + (f", which has {own}." if own else "."),
            why=f"A {part} of {call.map or 'this map'} has {size} bytes. {where}",
            fix=f"Declare {plain or f'the {part}'} with the type of the map's {part}"
            + (f": {type} {plain};" if type and plain else "."),
            also=also,
        )
    verb = "writes" if call.helper.startswith(_WRITES) else "reads"
    counted = f"R{int(register[1:]) + 1}"
    count = call.arguments.get(counted, "")
    if not _is_constant(refusal.state(counted)) and count:
        return refusal.error(
            "bounds",
            f"{count} can be up to {size}, and {call.shown} {verb} so many bytes "
            f"{'into' if verb == 'writes' else 'of'} {shown}.",
            why=where,
            fix=_keep(count, plain, own or room),
            also=also,
        )
    return refusal.error(
        "bounds",
        f"{call.shown} {verb} {size} bytes {'into' if verb == 'writes' else 'of'} {shown}.",
        why=where,
        fix=f"Give its size: sizeof({plain})." if plain else "Give the size of the memory.",
        also=also,
    )


def _part(call: Call, register: str, size: int) -> str:
    if register == "R2" and size == call.key:
        return "key"
    return "value" if register in ("R2", "R3") and size == call.value else ""


def _index(
    refusal: Refusal, register: str, has: int = 0, may_be_negative: bool = False
) -> LabError:
    """Explain an index that the verifier does not know to be small enough."""
    if call := refusal.call():
        return _offset_of_helper(refusal, call, register, has)
    array = _array(refusal)
    negative = may_be_negative or "min value is negative" in refusal.walk.message
    if not array:
        return refusal.error(
            "bounds",
            "An access may fall outside of its memory.",
            why=_why(refusal, register, negative, "the offset", 1, has),
            fix="Compare the index or the offset with the size first, or mask it: "
            "i & (SIZE - 1), for a size that is a power of two.",
        )
    name, by, many = array
    declared = _declared(refusal, name)
    element = declared.size if declared and not declared.is_pointer else 0
    return refusal.error(
        "bounds",
        f"{name}[{by}] may be outside of {name}"
        + (f", which has {many} elements." if many > 0 else "."),
        why=_why(refusal, register, negative, by, element, has),
        fix=_within(name, by, many, refusal.state(_pointer(refusal)).startswith("fp")),
        also=[(declared.place, f"{name} is declared here")] if declared and many > 0 else [],
    )


def _offset_of_helper(refusal: Refusal, call: Call, register: str, has: int) -> LabError:
    """Explain a helper whose pointer or whose number of bytes is not known to be small enough."""
    count = f"R{int(register[1:]) + 1}"
    if not _is_constant(refusal.state(count)) and _is_fixed(refusal.state(register)):
        found = re.search(r"\boff=(\d+)", refusal.state(register))
        begin = int(found[1]) if found else 0
        size = re.search(r"[ ,]size=(\d+)", refusal.walk.message)
        where = f"There are {has - begin} bytes."
        return _of_helper(refusal, call, register, int(size[1]) if size else 0, has - begin, where)
    array = ctext.indexed(call.arguments.get(register, ""))
    declared = _declared(refusal, array[0][0]) if array else None
    return refusal.error(
        "bounds",
        f"{call.arguments.get(register) or 'The address'} may be outside of its memory.",
        why=f"{call.shown} is given an address whose offset is not known to be small enough.",
        fix=_within(*array[0], declared.length if declared else 0)
        if array
        else "Compare the offset with the size first, or mask it: i & (SIZE - 1).",
    )


def _why(refusal: Refusal, register: str, negative: bool, by: str, element: int, has: int) -> str:
    if negative:
        return f"The verifier finds no check that {by} is at least 0."
    _, high = refusal.span(register) or (0, 0)
    if element and has and 0 < high < 1 << 31:
        return f"The verifier knows only that {by} is at most {high // element}."
    return f"The verifier finds no check that keeps {by} small enough."


def _within(name: str, by: str, many: int, on_stack: bool = False) -> str:
    """Return what keeps an index within an array."""
    simple = bool(re.fullmatch(r"\w+", by))
    if many == 1:
        return (
            f"Use {name}[0]. A lookup points to one value; for another one of the map, look up "
            "another key."
        )
    if on_stack and many > 0:  # clang may join a masked index and an address with |
        variable = by if simple else "i"
        kept = "" if simple else f" = {by}"
        return (
            f"Keep the index in an unsigned variable (u64 {variable}{kept}), and compare it just "
            f"before: if ({variable} >= {many}) return 0;"
        )
    if many > 0 and many & (many - 1) == 0:
        masked = f"{by} & {many - 1}" if simple else f"({by}) & {many - 1}"
        return (
            f"Mask the index where it is used: {name}[{masked}]. A comparison above is not "
            "always enough: the compiler may compare a copy."
        )
    if many > 0 and simple:
        power = 1 << many.bit_length()
        return (
            f"Compare it just before, as an unsigned number: if ({by} >= {many}) return 0; If "
            f"that is refused again, declare {power} elements and use {name}[{by} & {power - 1}]."
        )
    return (
        "Mask the index where it is used, for a length that is a power of two: "
        f"{name}[({by}) & (LENGTH - 1)]."
    )


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


def _never_written(refusal: Refusal, register: str, size: int) -> LabError:
    """Explain stack memory that is read and was never written, or not wholly."""
    call = refusal.call()
    name = _plain(call.arguments.get(register, "")) if call else ""
    declared = ctext.variable(refusal.source, name, refusal.here) if name else None
    own = declared.bytes if declared else 0
    if call and own and size > own and call.helper.startswith("bpf_map_"):
        return _of_helper(refusal, call, register, size, own, f"{name} has {own} bytes.")
    struct = declared and not declared.size
    return refusal.error(
        "uninitialised",
        f"{name or 'Memory'} is read, and not all of its {size} bytes were written."
        if name
        else "Memory is read that was never written.",
        why="The stack holds what other code left there; the kernel does not hand that out. A "
        "struct may have bytes between its fields, which are read too."
        if struct or not declared
        else "The stack holds what other code left there; the kernel does not hand that out.",
        fix=f"Clear it where it is declared: {name or 'x'} = {{}}; that clears a struct with its "
        "padding. A number takes = 0."
        if not declared or not declared.size
        else f"Give it a value where it is declared: {name} = {'{}' if declared.length else '0'}.",
        also=[(declared.place, "declared here")] if declared else [],
    )


def _array(refusal: Refusal) -> tuple[str, str, int] | None:
    """Return the array that the refused line indexes, the index and the length, if it is one."""
    found = list(dict.fromkeys(ctext.indexed(refusal.text())))
    if len(found) != 1:
        return None
    name, by = found[0]
    declared = _declared(refusal, name)
    if declared and declared.is_pointer:
        return name, by, _elements(refusal, declared)
    return name, by, declared.length if declared else 0


def _elements(refusal: Refusal, pointer: ctext.Variable) -> int:
    """Return how many elements a pointer to a map's value points to, or 0 where it is not known."""
    size = ctext.SIZES.get(pointer.type.rstrip("*").split()[-1], 0)
    states = (refusal.state(f"R{n}") for n in range(10))
    values = {m[1] for one in states if (m := re.match(r"map_value\([^)]*\bvs=(\d+)", one))}
    return int(values.pop()) // size if len(values) == 1 and size else 0


def _declared(refusal: Refusal, name: str) -> ctext.Variable | None:
    is_field = "." in name or ">" in name
    return ctext.variable(refusal.source, name, None if is_field else refusal.here)


def _block(refusal: Refusal, register: str, what: str) -> str:
    found = re.search(r"map=([\w.]+)", refusal.state(register))
    if found:
        return f"{_STARTS.get(what, what)} {found[1]}"
    if "ringbuf_mem" in refusal.state(register):
        return "the reserved record"
    return "the map's value" if what == "map value" else f"the {what}"


def _pointer(refusal: Refusal) -> str:
    """Return the register that the refused instruction reads or writes through."""
    found = re.search(r"\*\(\w+ \*\)\(r(\d+) ", refusal.step.code if refusal.step else "")
    return f"R{found[1]}" if found else ""


def _is_constant(state: str) -> bool:
    """Say whether a number is known, or a pointer's offset is."""
    return bool(_CONSTANT.fullmatch(state.removeprefix("P"))) or _is_fixed(state)


def _is_fixed(state: str) -> bool:
    return bool(
        re.match(r"(?:map_value|map_key|ringbuf_mem|alloc_mem|mem|rdonly_mem|fp|ctx|buf)", state)
    ) and not re.search(r"[su]max=|var_off=\(0x0; 0x[1-9a-f]", state)


def _bytes(count: int) -> str:
    return f"{count} byte{'s' * (count != 1)}"


def _plain(argument: str) -> str:
    """Return the variable in an argument, without casts, & and *; nothing if it is no name."""
    text = re.sub(r"^\s*\([\w\s]+\*+\s*\)", "", argument).strip().lstrip("&").strip("() ")
    text = re.sub(r"\[0\]$", "", text)
    return text if re.fullmatch(r"[A-Za-z_][\w.]*(?:->[\w.]+)*", text) else ""


RULES = (
    (
        r"^invalid (write to|read from|indirect access to)? ?stack R(\d+) off=(-?\d+) size=(\d+)",
        stack,
    ),
    (r"^invalid (?:indirect )?read from stack (?:R(\d+) )?off -?\d+\+\d+ size (\d+)", stack_partly),
    (r"^(write into|read from) map forbidden", forbidden),
    (r"^invalid stack type R(\d+) off=", index),
    (
        r"^invalid (?:unbounded )?variable-offset(?: \w+)*? (?:to |from )?stack R(\d+)",
        stack_index,
    ),
    (
        r"^invalid access to (map value|map key|memory), \w+=(\d+) off=(-?\d+) size=(\d+)",
        value,
    ),
    (r"^R(\d+) min value is negative, either use unsigned index", index),
    (r"^R(\d+) min value is negative, either use unsigned or", length),
    (r"^R(\d+) unbounded memory access, use 'var &= const'", length),
    (r"^R(\d+) unbounded memory access", index),
    (r"^R(\d+) (?:min|max) value is outside of the allowed memory range", index),
    (r"^math between \w+ pointer and register with unbounded min value", index_added),
    (r"^math between \w+ pointer and (-?\d+) is not allowed", far),
    (r"^value (-?\d+) makes \w+ pointer be out of bounds", far),
    (r"^\w+ pointer offset (-?\d+) is not allowed", far),
    (r"^R(\d+) invalid zero-sized read", no_bytes),
    (r"^invalid zero-sized read", no_key),
)
