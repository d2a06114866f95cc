"""Arguments of another kind than the helper takes."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.call import Call
from bpflab.mistakes.verifier.null import is_null, unchecked
from bpflab.mistakes.verifier.pointers import is_global, was_given_back
from bpflab.mistakes.verifier.refusal import Refusal

_WORDS = {
    "scalar": "a number",
    "inv": "a number",
    "fp": "an address of the stack",
    "pkt": "an address in the packet",
    "pkt_end": "the end of the packet",
    "map_key": "a key of a map",
    "map_value": "an address of a map's value",
    "map_ptr": "a map",
    "ctx": "the context",
    "ringbuf_mem": "a reserved record",
    "alloc_mem": "a reserved record",
    "mem": "an address of memory",
    "func": "a static function",
    "sock": "a socket",
}
_TAKES_TEXT = ("bpf_snprintf", "bpf_strncmp")
_OF_TASKS = ("bpf_task_storage_get", "bpf_task_storage_delete")
_ORDER = ("first", "second", "third", "fourth", "fifth")


def argument(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an argument of another kind than the helper takes."""
    register, given, wanted = f"R{found[1]}", found[2], found[3]
    if "or_null" in given and "or_null" not in wanted:
        return unchecked(refusal, register)
    rows, made = refusal.history(register)
    for explain in (is_null, was_given_back, is_global):
        if error := explain(refusal, register, rows, made):
            return error
    call = refusal.call()
    if not call:
        return None
    text = call.arguments.get(register, "")
    if wanted.strip() == "ctx":
        return _wants_context(refusal, call, text)
    if wanted.strip() == "map_ptr":
        return _wants_map(refusal, call, text)
    if wanted.strip() == "map_value" and call.helper in _TAKES_TEXT:
        return not_read_only(refusal, found)
    if re.search(r"\b(?:ringbuf|alloc)_mem\b", wanted) and "fp" not in wanted:  # alloc_mem: 6.1
        return _wants_record(refusal, call, text, given)
    if given in ("scalar", "inv") and "fp" in wanted:
        return _wants_memory(refusal, call, register, text, made)
    number = _ORDER[int(found[1]) - 1]
    if call.helper in _OF_TASKS and register == "R2":
        return refusal.error(
            "argument",
            f"{text or f'The {number} argument'} is no task_struct to {call.shown}.",
            why=f"It is {_word(given)}; the verifier wants a pointer of which it knows the type.",
            fix="Give what bpf_get_current_task_btf() returns.",
        )
    return refusal.error(
        "argument",
        f"{text or f'The {number} argument'} cannot be given to {call.shown}.",
        why=f"It is {_word(given)}; {call.shown} takes {_words(wanted)} there.",
        fix="Copy what you mean into a variable, and give that variable's address."
        if "fp" in wanted
        else "Give what the helper takes.",
    )


def constant(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a size that must be known when the program is loaded."""
    register, call = f"R{found[1]}", refusal.call()
    if not call:
        return None
    text = call.arguments.get(register, "The argument")
    output = f"{call.map or 'events'}.ringbuf_output(&event, {text}, 0)"
    if refusal.source.dialect == "libbpf":
        output = f"bpf_ringbuf_output(&{call.map or 'ring'}, &event, {text}, 0)"
    return refusal.error(
        "constant-size",
        f"{text} is not a constant; {call.shown} takes a constant there.",
        why="The verifier must know how large the memory is when the program is loaded."
        if "reserve" in call.helper
        else "The verifier must know this number when the program is loaded.",
        fix=f"Reserve the largest size: sizeof(struct …). Or fill a variable, and send as much as "
        f"is used: {output}."
        if "reserve" in call.helper
        else "Write a number, or sizeof(…).",
    )


def not_read_only(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a text that must be a constant of the program."""
    call = refusal.call()
    text = call.arguments.get(f"R{found[1]}", "") if call else ""
    return refusal.error(
        "argument",
        f"{text or 'The argument'} is not a constant text; {call.shown if call else 'this helper'}"
        " takes one there.",
        why="The verifier reads it when the program is loaded, so it must be in read-only memory.",
        fix='Write the text there, as in "…", or declare it outside of functions: '
        'static const char name[] = "…";',
    )


def _wants_context(refusal: Refusal, call: Call, text: str) -> LabError:
    if call.shown.endswith(".perf_submit_skb"):
        return refusal.error(
            "argument",
            f"{text or 'The argument'} is no context; {call.shown} takes the context, and sends "
            "the packet that it stands for.",
            why="Only the context of a program for packets (XDP, tc, a socket filter) does.",
            fix=f"Copy what you need of the packet into an event, with bpf_probe_read_kernel, and "
            f"send that: {call.shown.removesuffix('_skb')}(ctx, &event, sizeof(event));",
        )
    return refusal.error(
        "argument",
        f"{text or 'The argument'} is given to {call.shown} in the place of the context.",
        why=f"{call.shown} takes the context of the program there: its own first argument, "
        "unchanged.",
        fix="Give ctx, as the program got it.",
    )


def _wants_map(refusal: Refusal, call: Call, text: str) -> LabError:
    return refusal.error(
        "argument",
        f"{text or 'The argument'} is no map to {call.shown}.",
        why="It takes the address of a map that is declared in the section .maps.",
        fix="Give the address of the map: &name."
        if refusal.source.dialect == "libbpf"
        else "Write it as a method of the map, as in name.lookup(&key).",
    )


def _wants_record(refusal: Refusal, call: Call, text: str, given: str) -> LabError:
    bcc = "." in call.shown
    map = call.shown.partition(".")[0] if bcc else "ring"
    variable = text.lstrip("&") or "event"
    data, size = (text, f"*{variable}") if given == "map_value" else (f"&{variable}", variable)
    output = (
        f"{map}.ringbuf_output({data}, sizeof({size}), 0)"
        if bcc
        else f"bpf_ringbuf_output(&{map}, {data}, sizeof({size}), 0)"
    )
    return refusal.error(
        "argument",
        f"{call.shown} is given {text or _word(given)}, which was not reserved.",
        why=f"It takes what ringbuf_reserve returned; this is {_word(given)}.",
        fix=f"To send {'a variable' if given == 'fp' else 'a value of a map'}, write {output}."
        if given in ("fp", "map_value")
        else "Reserve a record first.",
    )


def _wants_memory(refusal: Refusal, call: Call, register: str, text: str, made: int) -> LabError:
    plain = re.sub(r"^\([\w\s]+\*+\s*\)\s*", "", text).strip()
    declared = ctext.variable(refusal.source, plain, refusal.here) if plain else None
    part = (
        {"R2": "key", "R3": "value"}.get(register, "") if call.helper.startswith("bpf_map_") else ""
    )
    code = refusal.walk.steps[made].code if made >= 0 else ""
    source = re.match(r"\(\w\w\) r\d+ = \*\(\w+ \*\)\(r(\d+) ", code)
    if register == "R1" and (error := _swapped(refusal, call)):
        return error
    of_context = source and refusal.state(f"R{source[1]}", made).startswith("ctx")
    if plain and declared and not declared.is_pointer and declared.length == 0:
        return refusal.error(
            "argument",
            f"{call.shown} is given the number {plain}, and takes an address.",
            why=f"It reads the {part or 'bytes'} from memory, at the address that it is given.",
            fix=f"Write &{plain}.",
        )
    if re.fullmatch(r"\d+|0x[\da-fA-F]+", plain):
        return refusal.error(
            "argument",
            f"{call.shown} is given the number {plain}, and takes an address.",
            why=f"It reads the {part or 'bytes'} from memory, at the address that it is given.",
            fix="Keep the number in a variable, and give its address: &number.",
        )
    size = call.key if part == "key" else call.value if part == "value" else 0
    copy = f"char copy[{size}] = {{}}; " if size else ""
    probe = "bpf_probe_read_user" if of_context else "bpf_probe_read_kernel"
    other = " (bpf_probe_read_kernel for the kernel's memory)" if of_context else ""
    place = refusal.place(made) if of_context else None
    return refusal.error(
        "argument",
        f"{plain or 'The argument'} is a number to the verifier; {call.shown} takes an address of "
        "the program's own memory.",
        why="A helper reads its arguments from the stack, from a map or from a record, and not "
        "from foreign memory.",
        fix=f"Copy it first: {copy}{probe}(&copy, sizeof(copy), {plain or 'address'}){other}. "
        "Then give &copy.",
        also=[(place, "it comes from the context here")] if place else [],
    )


def _swapped(refusal: Refusal, call: Call) -> LabError | None:
    """Explain a copy from memory of the program to a number: the two are in the wrong order."""
    if not call.helper.startswith("bpf_probe_read"):
        return None
    if not re.match(r"fp|map_value|ringbuf_mem", refusal.state("R3")):
        return None
    given = [call.arguments.get(f"R{n}", "") for n in (3, 2, 1)]
    right = f"{call.shown}({', '.join(given)})" if all(given) else f"{call.shown}(to, size, from)"
    return refusal.error(
        "argument",
        f"{call.shown} is told to copy to {given[2] or 'an address that is only a number'}.",
        why="Its first argument is where the copy goes, and its third is where it comes from.",
        fix=f"Write them in the other order: {right}.",
    )


def _word(type: str) -> str:
    return _WORDS.get(type, type)


def _words(types: str) -> str:
    names = [one.strip() for one in types.split(",") if one.strip()]
    if "fp" in names:
        return "an address of the program's own memory"
    return " or ".join(_word(name) for name in names)


RULES = (
    (r"^R(\d+) type=(\w+) expected=(.+)", argument),
    (r"^R(\d+) is not a (?:known )?const", constant),
    (r"^R(\d+) must be a known constant", constant),
    (r"^R(\d+) does not point to a readonly map", not_read_only),
)
