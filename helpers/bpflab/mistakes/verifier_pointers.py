"""What the verifier refuses of pointers: NULL, numbers in their place, arithmetic."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.refusal import Refusal

_ENDS = ("submit", "discard", "release", "put", "drop", "destroy", "sk_release")
_GIVES_NULL = {
    "bpf_map_lookup_elem": "A lookup gives NULL where the map has no entry of that key.",
    "bpf_ringbuf_reserve": "ringbuf_reserve gives NULL where the ring is full.",
}
_MOVES = re.compile(  # bpf_helper_changes_pkt_data, net/core/filter.c
    r"bpf_(?:xdp_adjust_\w+|skb_(?:vlan_\w+|store_bytes|change_\w+|pull_data|adjust_room)"
    r"|l[34]_csum_replace|clone_redirect|msg_(?:pull|push|pop)_data|lwt_\w+)$"
)
_PROBE = "bpf_probe_read_kernel(&copy, sizeof(copy), address)"
_USER = "bpf_probe_read_user(&copy, sizeof(copy), address)"


def nullable(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the use of a pointer that was not compared with NULL."""
    return unchecked(refusal, f"R{found[1]}")


def unchecked(refusal: Refusal, register: str) -> LabError:
    """Return the fault of a register that may be NULL and is used."""
    _, made = refusal.history(register)
    came, name = made_at(refusal, made), named(refusal, made)
    if refusal.state(register).startswith("mem_or_null") and made < 0:
        return _argument(refusal, register)
    why = "The kernel would read or write address 0."
    return refusal.error(
        "null-check",
        f"{name} may be NULL, and is used without a check."
        if name
        else "A pointer that may be NULL is used without a check.",
        why=f"{_GIVES_NULL.get(refusal.helper(made), '')} {why}".strip(),
        fix=_check(name, came, refusal.here),
        also=[(came, f"{name or 'the pointer'} may be NULL from here on")],
    )


def scalar(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number that is used as an address, by where it came from."""
    register = f"R{found[1]}"
    rows, made = refusal.history(register)
    for explain in (_is_null, _was_given_back, _lost_packet, _is_global, _came_from):
        if error := explain(refusal, register, rows, made):
            return error
    return refusal.error(
        "pointer",
        "A number is used as an address.",
        why="A program may follow only pointers whose memory the verifier knows. "
        f"Here it knows only a number{_shown(refusal.state(register))}.",
        fix=f"Copy what stands at a foreign address: {_PROBE}, or bpf_probe_read_user for the "
        "memory of a process.",
    )


def arithmetic(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an operation that makes no pointer of a pointer."""
    register, operator = f"R{found[1]}", found[2]
    array = next(iter(ctext.indexed(refusal.text())), None)
    if operator == "|=" and array and refusal.state(register).startswith("fp"):
        return _joined(refusal, *array)
    _, made = refusal.history(register)
    name, came = named(refusal, made), made_at(refusal, made)
    return refusal.error(
        "pointer-arithmetic",
        f"The operator {operator.rstrip('=')} is applied to a pointer.",
        why="The verifier follows a pointer through + and - alone: after any other operator it "
        "would not know where the result points.",
        fix="Calculate with numbers, then index the memory with the result. To calculate with "
        "what it points to, write a * in front of the pointer.",
        also=[(came, f"{name} is a pointer from here on")] if name else [],
    )


def _joined(refusal: Refusal, name: str, by: str) -> LabError:
    """Explain an index that the compiler joins to an address with |, as both have other bits."""
    index = re.sub(r"\s*[&%].*", "", by).strip("() ")
    return refusal.error(
        "bounds",
        f"The compiler joins the index {by} to the address of {name} with |.",
        why="That is the same as + where the index is masked, but the verifier does not follow a "
        "pointer through |.",
        fix=f"Compare the index in place of masking it, as a u64: if ({index} >= sizeof({name})) "
        "return 0;",
    )


def added(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the sum of two pointers."""
    return refusal.error(
        "pointer-arithmetic",
        "Two pointers are added." if found[1] == "+=" else "Two pointers are calculated with.",
        why="The sum of two addresses is no address.",
        fix="Add a number to one pointer, or write a * in front of each to calculate with what "
        "they point to.",
    )


def fixed(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain arithmetic on a pointer that must stay as it is."""
    what = {"map_ptr": "a map", "pkt_end": "the end of the packet", "ctx": "the context"}
    return refusal.error(
        "pointer-arithmetic",
        f"A number is added to the address of {what.get(found[1], found[1])}.",
        why="This pointer may only be used as it is.",
        fix="Use it unchanged. A value of a map is found by its key, with a lookup.",
    )


def half(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain arithmetic of 32 bits on an address."""
    return refusal.error(
        "pointer-arithmetic",
        "Half of a pointer is calculated with.",
        why="A pointer has 64 bits. An operation of 32 bits cuts it in two.",
        fix="Keep the pointer in a pointer or in a u64, not in an int or a u32.",
    )


def kernel_object(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a write to a kernel's object."""
    return refusal.error(
        "read-only",
        "An object of the kernel is written to.",
        why="A program may read the kernel's structs, and not change them.",
        fix="Leave the assignment out, and keep what you want to remember in a map.",
    )


def made_at(refusal: Refusal, made: int) -> Place | None:
    """Return the line of the call that made a value, or None."""
    return refusal.place(made) if made >= 0 and refusal.helper(made) else None


def named(refusal: Refusal, made: int) -> str:
    """Return the variable that the call at a step gives its value to, or nothing."""
    return ctext.assigned(refusal.text(made)) if made_at(refusal, made) else ""


def _check(name: str, came: Place | None, use: Place | None) -> str:
    if not name:
        return "Check it first, as in: if (!p) return 0;"
    if came and use and came.line < use.line:
        return f"Write between the two lines: if (!{name}) return 0;"
    return f"Check it first: if (!{name}) return 0;"


def _argument(refusal: Refusal, register: str) -> LabError:
    """Explain a pointer that a function of its own takes, which the verifier checks alone."""
    step = refusal.step
    taken = re.search(r"\(\w*\s*\w+[ *]+(\w+)", refusal.text()) if step is None else None
    text = refusal.text()
    name = next(iter(re.findall(r"\*\s*(\w+)|(\w+)->", text)), ("", ""))
    shown = "".join(name) or (taken[1] if taken else "the pointer")
    return refusal.error(
        "null-check",
        f"{shown} may be NULL, and is used without a check.",
        why="A function that is not static is verified alone, without its callers: any pointer "
        "that it takes may be NULL.",
        fix=f"Check it first: if (!{shown}) return 0; or make the function static.",
    )


def _is_null(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a pointer that is NULL on this path: it was compared, and used all the same."""
    if refusal.state(register) not in ("0", "P0"):
        return None
    # The value may be a copy of what was compared: whatever was nullable and is 0 now.
    branch = next((at for at, name in rows if "or_null" in refusal.state(name, at)), -1)
    if branch < 0:
        return None
    came, name = made_at(refusal, made), named(refusal, made)
    checked = refusal.place(branch)
    return refusal.error(
        "null-check",
        f"{name or 'A pointer'} is used where it is NULL.",
        why=f"{_GIVES_NULL.get(refusal.helper(made), '')} The check does not keep the program "
        "from coming here with NULL.".strip(),
        fix=f"Leave where it is NULL: if (!{name or 'p'}) return 0; or use it only inside of "
        f"if ({name or 'p'}) {{ … }}.",
        also=[(came, f"{name or 'it'} may be NULL"), (checked, "compared with NULL here")],
    )


def _was_given_back(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a record or an object that is used after it was given back."""
    held = r"ringbuf_mem\(|ref_obj_id=|ref_id="
    before = next((at for at, name in rows if re.search(held, refusal.state(name, at))), -1)
    if before < 0 or not (helper := refusal.helper(before)):
        return None
    if not helper.rpartition("_")[2].startswith(_ENDS):
        return None
    call, name = refusal.call(before), named(refusal, made)
    shown = call.shown if call else helper
    end = "submitted" if "submit" in helper else "given back"
    return refusal.error(
        "released",
        f"{name or 'A record'} is used after it was {end}.",
        why=f"After {shown} it belongs to the program no more: somebody else may already use "
        "that memory.",
        fix=f"Do this before {shown}, and call {shown} once on each path.",
        also=[(refusal.place(before), f"{end} here")],
    )


def _lost_packet(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a pointer into a packet that a helper has moved."""
    moved = [
        at
        for at, name in rows
        if refusal.state(name, at).startswith("pkt") and _MOVES.match(refusal.helper(at))
    ]
    if not moved:
        return None
    before, helper = moved[0], refusal.helper(moved[0])
    return refusal.error(
        "packet",
        f"A pointer into the packet is used after {helper}.",
        why=f"{helper} may move the packet, so all pointers into it are void.",
        fix="Read data and data_end from the context again, and compare them again.",
        also=[(refusal.place(before), "the packet may move here")],
    )


def _is_global(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a global variable in a text for BCC, whose address is 0."""
    if made < 0 or not re.match(r"\(18\) r\d+ = 0x0$", refusal.walk.steps[made].code):
        return None
    words = re.findall(r"[A-Za-z_]\w*", refusal.text())
    outside = (ctext.variable(refusal.source, word) for word in words)
    found = next((v for v in outside if v and not v.place.text.startswith((" ", "\t"))), None)
    if found is None or refusal.source.dialect != "bcc":
        return None
    simple = (
        found.type.split()[-1] in ctext.SIZES and found.size == ctext.SIZES[found.type.split()[-1]]
    )
    map = f" BPF_ARRAY(name, {found.type}, {max(found.length, 1)})," if simple else " BPF_ARRAY"
    return refusal.error(
        "pointer",
        f"{found.name} is a global variable, and has no memory here.",
        why="BCC loads the functions of a text and its maps, and no other memory.",
        fix=f"Keep it in a map:{map} with lookup(&index) and a check for NULL. A constant can be "
        "a #define.",
        also=[(found.place, "declared here")],
    )


def _came_from(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a number by the instruction that made it."""
    if made < 0:
        return None
    place, helper = refusal.place(made), refusal.helper(made)
    if helper:
        task = "bpf_get_current_task" if helper == "bpf_get_current_task" else ""
        return refusal.error(
            "pointer",
            f"What {helper} returns is a number, and is used as an address.",
            why="The verifier does not know what stands at that address."
            if not task
            else "bpf_get_current_task returns the address of a struct of the kernel as a number.",
            fix=f"Copy what stands there: {_PROBE}.",
            also=[(place, f"{helper} is called here")],
        )
    load = re.match(r"\(\w\w\) r\d+ = \*\(\w+ \*\)\(r(\d+) ", refusal.walk.steps[made].code)
    base = refusal.state(f"R{load[1]}", made) if load else ""
    if base.startswith("ctx"):
        return refusal.error(
            "pointer",
            "A number of the context is used as an address.",
            why="An address that comes with an event may be any: the kernel does not let a "
            "program follow it.",
            fix=f"Copy what stands there: {_USER} if it belongs to the process, as the arguments "
            f"of a system call do, and else {_PROBE}.",
            also=[(place, "it is read from the context here")],
        )
    if base.startswith(("map_value", "ringbuf_mem", "mem", "fp")):
        where = "a map" if base.startswith("map") else "memory"
        return refusal.error(
            "pointer",
            f"A number that was read from {where} is used as an address.",
            why="The verifier does not know what stands at an address that was stored: what is "
            "in memory is bytes.",
            fix=f"Copy what stands there: {_PROBE}. To keep text in a struct, declare an array "
            "and not a pointer: char name[16].",
            also=[(place, "the address is read here")],
        )
    return None


def _shown(state: str) -> str:
    return f": {state}" if re.fullmatch(r"-?\d+|0x[\da-f]+", state) else ""


RULES = (
    (r"^R(\d+) invalid mem access '\w*_or_null\w*'", nullable),
    (r"^R(\d+) pointer arithmetic on \w*_or_null\w* prohibited", nullable),
    (r"^R(\d+) invalid mem access '(?:scalar|inv)'", scalar),
    (r"^R(\d+) pointer arithmetic with (\S+) operator prohibited", arithmetic),
    (r"^R(\d+) bitwise operator (\S+) on pointer prohibited", arithmetic),
    (r"^R\d+ pointer (\S+) pointer prohibited", added),
    (r"^R\d+ pointer arithmetic on (\w+) prohibited", fixed),
    (r"^R(\d+) 32-bit pointer arithmetic prohibited", half),
    (r"^only read is supported", kernel_object),
)
