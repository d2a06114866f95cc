"""Numbers that are used as addresses, by where they came from."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.null import is_null, named
from bpflab.mistakes.verifier.refusal import Refusal, says

_ENDS = ("submit", "discard", "release", "put", "drop", "destroy", "sk_release")
_OUTSIDE = re.compile(r"(?!\s|(?:typedef\s+)?(?:struct|union|enum)\s*\w*\s*\{)")  # of functions
_STATIC = re.compile(r"\s+static\b")  # in a function
_MOVES = re.compile(  # bpf_helper_changes_pkt_data, net/core/filter.c
    r"bpf_(?:xdp_adjust_\w+|skb_(?:vlan_\w+|store_bytes|change_\w+|pull_data|adjust_room)"
    r"|l[34]_csum_replace|clone_redirect|msg_(?:pull|push|pop)_data|lwt_\w+)$"
)
PROBE = "bpf_probe_read_kernel(&copy, sizeof(copy), address)"
USER = "bpf_probe_read_user(&copy, sizeof(copy), address)"


def scalar(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a number that is used as an address, by where it came from."""
    register = f"R{found[1]}"
    rows, made = refusal.history(register)
    for explain in (is_null, was_given_back, _lost_packet, is_global, _came_from):
        if error := explain(refusal, register, rows, made):
            return error
    return refusal.error(
        "pointer",
        "A number is used as an address.",
        why="A program may follow only pointers whose memory the verifier knows. "
        f"Here it knows only a number{_shown(refusal.state(register))}.",
        fix=f"Copy what stands at a foreign address: {PROBE}, or bpf_probe_read_user for the "
        "memory of a process.",
    )


def was_given_back(
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
        why=f"After {shown} it no longer belongs to the program: somebody else may already use "
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
        why=f"{helper} may move the packet, so the pointers into it are no longer valid.",
        fix="Read data and data_end from the context again, and compare them again.",
        also=[(refusal.place(before), "the packet may move here")],
    )


def is_global(
    refusal: Refusal, register: str, rows: list[tuple[int, str]], made: int
) -> LabError | None:
    """Explain a global variable in a text for BCC, whose address is 0."""
    # Only an address is written in 64 bits where fewer would do; BCC leaves that of a variable 0.
    if made < 0 or not re.match(r"\(18\) r\d+ = 0x[\da-f]{1,7}$", refusal.walk.steps[made].code):
        return None
    words = re.findall(r"[A-Za-z_]\w*", refusal.text())
    for word in tuple(words):  # a pointer of the function to one that is outside
        words += re.findall(rf"\b{word}\s*=\s*&\s*(\w+)", refusal.source.code)
    known = [v for word in words if (v := ctext.variable(refusal.source, word))]
    found = next((v for v in known if _OUTSIDE.match(v.place.text)), None)
    found = found or next((v for v in known if _STATIC.match(v.place.text)), None)
    if refusal.source.dialect != "bcc":
        return None
    if found is None:
        return refusal.error(
            "pointer",
            "This line uses a constant that needs memory of its own.",
            why="BCC loads the functions of a text and its maps, and no other memory. An array "
            "that gets its values where it is declared is such a constant. So is a variable "
            "outside of functions.",
            fix="Declare the array empty, and fill its elements one by one: char name[8] = {}; "
            "name[0] = 'a'; or keep the values in a map.",
            also=[(refusal.place(made), "its address is used here")],
        )
    simple = (
        found.type.split()[-1] in ctext.SIZES and found.size == ctext.SIZES[found.type.split()[-1]]
    )
    map = f" BPF_ARRAY(name, {found.type}, {max(found.length, 1)})," if simple else " BPF_ARRAY"
    return refusal.error(
        "pointer",
        f"{found.name} is a {'static' if _STATIC.match(found.place.text) else 'global'} variable, "
        "and has no memory here.",
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
            fix=f"Copy what stands there: {PROBE}.",
            also=[(place, f"{helper} is called here")],
        )
    load = re.match(r"\(\w\w\) r\d+ = \*\(\w+ \*\)\(r(\d+) ", refusal.walk.steps[made].code)
    base = refusal.state(f"R{load[1]}", made) if load else ""
    if base.startswith("ctx"):
        return refusal.error(
            "pointer",
            "A number of the context is used as an address.",
            why="An address that comes with an event may point anywhere, so the kernel does not "
            "let a program follow it.",
            fix=f"Copy what stands there: {USER} if it belongs to the process, as the arguments "
            f"of a system call do, and else {PROBE}.",
            also=[(place, "it is read from the context here")],
        )
    if re.match(r"(?:rdonly_)?untrusted_mem\(|rdonly_untrusted_mem\(", base):
        return refusal.error(
            "pointer",
            "A pointer that was read through another pointer is followed.",
            why="The kernel's types say what a field points to. Of a pointer to pointers the "
            "verifier follows only the first.",
            fix=f"Copy what stands there: {PROBE}, with the address of the field.",
            also=[(place, "the address is read here")],
        )
    if base.startswith(("map_value", "ringbuf_mem", "mem", "fp")):
        where = "a map" if base.startswith("map") else "memory"
        return refusal.error(
            "pointer",
            f"A number that was read from {where} is used as an address.",
            why="The verifier does not know what a stored address points to: in memory it is only "
            "bytes.",
            fix=f"Copy what stands there: {PROBE}. To keep text in a struct, declare an array "
            "and not a pointer: char name[16].",
            also=[(place, "the address is read here")],
        )
    return None


def _shown(state: str) -> str:
    return f": {state}" if re.fullmatch(r"-?\d+|0x[\da-f]+", state) else ""


spilled = says(
    "pointer",
    "This line reads or writes only a part of a pointer that is kept on the stack.",
    why="The verifier follows a stored pointer as a whole; a part of it is no address.",
    fix="Copy the pointer as a whole: give both variables the same pointer type.",
)


RULES = (
    (r"^R(\d+) invalid mem access '(?:scalar|inv)'", scalar),
    (
        r"^attempt to corrupt spilled pointer|^corrupted spill memory"
        r"|^invalid size of register spill",
        spilled,
    ),
)
