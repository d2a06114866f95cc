"""What the verifier refuses of calls: arguments, helpers of other types, functions, results."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.refusal import Call, Refusal
from bpflab.mistakes.verifier_pointers import _is_null, _was_given_back, unchecked

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
    "mem": "an address of memory",
    "func": "a static function",
    "sock": "a socket",
}
_ORDER = ("first", "second", "third", "fourth", "fifth")
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
_TRACING = ("tracepoint", "raw_tracepoint", "kprobe", "perf_event")


def argument(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an argument of another kind than the helper takes."""
    register, given, wanted = f"R{found[1]}", found[2], found[3]
    if "or_null" in given and "or_null" not in wanted:
        return unchecked(refusal, register)
    rows, made = refusal.history(register)
    for explain in (_is_null, _was_given_back):
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
    if "ringbuf_mem" in wanted and "fp" not in wanted:
        return _wants_record(refusal, call, text, given)
    if given in ("scalar", "inv") and "fp" in wanted:
        return _wants_memory(refusal, call, register, text, made)
    number = _ORDER[int(found[1]) - 1]
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


def helper(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper that this type of program may not call."""
    call = refusal.call()
    name = found[1] or (call.helper if call else "")
    if not name or name == "unknown":
        return _no_helper(refusal)
    return refusal.error(
        "helper-type",
        f"A program of this type may not call {name}.",
        why=_why_not(name),
        fix=_instead(name),
    )


def sleeps(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper that may wait, in a program that may not."""
    call = refusal.call()
    name = call.helper if call else "This helper"
    copies = name.startswith("bpf_copy_from_user")
    return refusal.error(
        "helper-type",
        f"{name} may wait for memory to be read in, and this program may not wait.",
        why="A program at most hooks runs where the kernel cannot sleep.",
        fix="Use bpf_probe_read_user, which fails where the memory is not there."
        if copies
        else "Use it in a program whose section ends the type with .s, as lsm.s or fentry.s.",
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
        f"{(call and call.map) or 'The map'} has not the type that {call.shown if call else name} "
        "takes.",
        why=f"It takes {wanted}.",
        fix=f"Give it {wanted}, or declare the map as that.",
        also=[(declared, "declared here")],
    )


def no_callback(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain bpf_for_each_map_elem over a map that has no elements to walk over."""
    return map_type(refusal, found)


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


def returned(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a result that the kernel has no meaning for."""
    callback = "callback" in found[1]
    _, made = refusal.history("R0")
    place = refusal.place(made)
    place = place if place and "return" in place.text else None
    value = re.search(
        r"(?:smin|umin)=(-?\d+) (?:smax|umax)=(-?\d+)|has value \((0x[\da-f]+|\d+); 0x0\)", found[0]
    )
    low = value and (value[1] or value[3])
    one = value and (value[3] or value[1] == value[2])
    if one and low and place is None:
        number = int(low, 0)
        ends = [
            line
            for line in ctext.body(refusal.source, refusal.function)
            if re.search(rf"\breturn\s+\(?{number}\b", line.text)
        ]
        place = ends[0] if len(ends) == 1 else None
    allowed = re.search(
        r"should have been in \(?\[?(0x[\da-f]+|-?\d+)[;,] (0x[\da-f]+|-?\d+)", found[0]
    )
    span = ""
    if allowed:
        low_ok, high_ok = int(allowed[1], 0), int(allowed[2], 0)
        if "(" in found[0].partition("have been in")[2]:  # value and mask, before Linux 6.8
            high_ok = low_ok | high_ok
        span = f"{low_ok}" if low_ok == high_ok else f"{low_ok} or {high_ok}"
        span = span if high_ok - low_ok < 2 else f"a number from {low_ok} to {high_ok}"
    what = "This callback" if callback else "A program at this hook"
    return refusal.error(
        "return-value",
        f"{what} may return {int(low, 0)}, which means nothing to the kernel."
        if one and low
        else f"{what} may return a number that means nothing to the kernel.",
        place=place,
        why=(f"It must return {span}" if span else "Only some numbers mean something")
        + (": 0 to go on, 1 to stop." if callback and span == "0 or 1" else "."),
        fix=f"Return {span or 'one of those'}, and let the verifier see it: write the number"
        + (", or !!n, which is 0 or 1." if span == "0 or 1" else ", or compare it first."),
    )


def void(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a global function that returns nothing."""
    head = next(iter(ctext.body(refusal.source, found[1])), None)
    return refusal.error(
        "function",
        f"{found[1]} returns no number.",
        place=head,
        why="A function that is not static is verified alone, and must return a number.",
        fix=f"Write static in front of {found[1]}, or let it return an int.",
    )


def caller(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call whose arguments a function cannot be verified with."""
    return refusal.error(
        "function",
        f"{found[1]} is not given what it can be verified with.",
        why="A function that is not static is verified alone: by the types of its arguments.",
        fix=f"Write static in front of {found[1]}: then it is verified where it is called.",
    )


def kfunc(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a function of the kernel that this program may not call."""
    return refusal.error(
        "helper-type",
        f"A program of this type may not call {found[1]}."
        if found[1]
        else "A function of the kernel is called that a program may not call.",
        why="The kernel names for each of its functions the types of programs that may call it.",
        fix="Use a helper in its place, or another type of program.",
    )


def nullable_argument(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a pointer that may be NULL and is given to a function."""
    return unchecked(refusal, f"R{int(found[1]) + 1}")


def licence(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper that only GPL-compatible programs may call."""
    name = refusal.helper(refusal.last) or "This helper"
    line = next(
        (p for p in refusal.source.lines if re.search(r'BPF_LICENSE|SEC\("license"\)', p.text)),
        None,
    )
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


def _wants_context(refusal: Refusal, call: Call, text: str) -> LabError:
    return refusal.error(
        "argument",
        f"{text or 'The argument'} is given to {call.shown} in the place of the context.",
        why=f"{call.shown} takes the context of the program there: its own first argument, "
        "unchanged.",
        fix="Give ctx, as the program got it.",
    )


def _wants_map(refusal: Refusal, call: Call, text: str) -> LabError:
    bcc = refusal.source.dialect == "bcc"
    methods = {
        "bpf_map_lookup_elem": "lookup(&key)",
        "bpf_map_update_elem": "update(&key, &value)",
        "bpf_map_delete_elem": "delete(&key)",
        "bpf_ringbuf_output": "ringbuf_output(&event, sizeof(event), 0)",
        "bpf_ringbuf_reserve": "ringbuf_reserve(sizeof(struct event))",
        "bpf_perf_event_output": "perf_submit(ctx, &event, sizeof(event))",
        "bpf_tail_call": "call(ctx, index)",
    }
    name = text.lstrip("&(void *)") or "map"
    method = methods.get(call.helper, "")
    return refusal.error(
        "argument",
        f"{text or 'The argument'} is no map to {call.shown}.",
        why="In BCC's dialect the name of a map is no address of a map."
        if bcc
        else "It takes the address of a map that is declared in the section .maps.",
        fix=f"Write it as a method of the map: {name}.{method}."
        if bcc and method
        else "Give the address of the map: &name.",
    )


def _wants_record(refusal: Refusal, call: Call, text: str, given: str) -> LabError:
    bcc = "." in call.shown
    map = call.shown.partition(".")[0] if bcc else "ring"
    variable = text.lstrip("&") or "event"
    output = (
        f"{map}.ringbuf_output(&{variable}, sizeof({variable}), 0)"
        if bcc
        else f"bpf_ringbuf_output(&{map}, &{variable}, sizeof({variable}), 0)"
    )
    return refusal.error(
        "argument",
        f"{call.shown} is given {text or _word(given)}, which was not reserved.",
        why=f"It takes what ringbuf_reserve returned; this is {_word(given)}.",
        fix=f"To send a variable, write {output}." if given == "fp" else "Reserve a record first.",
    )


def _wants_memory(refusal: Refusal, call: Call, register: str, text: str, made: int) -> LabError:
    plain = re.sub(r"^\([\w\s]+\*+\s*\)\s*", "", text).strip()
    declared = ctext.variable(refusal.source, plain, refusal.here) if plain else None
    part = (
        {"R2": "key", "R3": "value"}.get(register, "") if call.helper.startswith("bpf_map_") else ""
    )
    code = refusal.walk.steps[made].code if made >= 0 else ""
    source = re.match(r"\(\w\w\) r\d+ = \*\(\w+ \*\)\(r(\d+) ", code)
    of_context = source and refusal.state(f"R{source[1]}", made).startswith("ctx")
    if plain and declared and not declared.is_pointer and declared.length == 0:
        return refusal.error(
            "argument",
            f"{call.shown} is given the number {plain}, and takes an address.",
            why=f"It reads the {part or 'bytes'} from memory, at the address that it is given.",
            fix=f"Write &{plain}.",
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


def _no_helper(refusal: Refusal) -> LabError:
    call = refusal.call()
    return refusal.error(
        "helper-type",
        f"This kernel has no helper {call.helper}." if call else "This kernel has no such helper.",
        why="A helper has a number, and this kernel's list does not have that number.",
        fix="Use an older helper; bpf-helpers(7) says since when each exists.",
    )


def _why_not(name: str) -> str:
    if "skb" in name or "xdp" in name:
        return "It works on a packet, and only programs that are given a packet may call it."
    if name == "bpf_override_return":
        return (
            "Only a kprobe may call it, at functions that allow errors to be injected, and in a "
            "kernel that was built for that."
        )
    if name in ("bpf_get_func_ip", "bpf_get_func_arg", "bpf_get_func_ret"):
        return "It is for programs at functions: kprobes, fentry and fexit."
    return "Each type of program has its own list of helpers."


def _instead(name: str) -> str:
    if "skb" in name or "xdp" in name:
        return "Load the program as socket_filter, or with a section for tc or XDP."
    return "See bpf-helpers(7) for a helper that does it, or use a hook of another type."


def _map_line(refusal: Refusal, name: str) -> Place | None:
    if not name:
        return None
    of_map = re.compile(rf"BPF_\w+\([^)]*\b{name}\b|\b{name}\s+SEC\(")
    return next((p for p in refusal.source.lines if of_map.search(p.text)), None)


def _word(type: str) -> str:
    return _WORDS.get(type, type)


def _words(types: str) -> str:
    names = [one.strip() for one in types.split(",") if one.strip()]
    if "fp" in names:
        return "an address of the program's own memory"
    return " or ".join(_word(name) for name in names)


RULES = (
    (r"^R(\d+) type=(\w+) expected=(.+)", argument),
    (r"^R(\d+) is not a known constant", constant),
    (r"^R(\d+) must be a known constant", constant),
    (r"^cannot pass map_type \d+ into func (\w+)#\d+", map_type),
    (r"^()expected prog array map for tail call", map_type),
    (r"^()callback function not allowed for map", no_callback),
    (r"^R(\d+) does not point to a readonly map", not_read_only),
    (r"^(?:program of this type )?cannot use helper (\w+)#\d+", helper),
    (r"^program of this type cannot use helper (\w+)#\d+", helper),
    (r"^unknown func (\w+)#\d+", helper),
    (r"^invalid func (\w+)#\d+", helper),
    (r"^func (\w+)#\d+ not supported for program type \d+", helper),
    (r"^helper call might sleep in a non-sleepable prog", sleeps),
    (r"^(At program exit|At callback return|At async callback) the register R0 .*", returned),
    (r"^Global function (\w+)\(\) doesn't return scalar", void),
    (r"^Caller passes invalid args into func#\d+ \('(\w+)'\)", caller),
    (r"^calling kernel function (\w+) is not allowed", kfunc),
    (r"^Possibly NULL pointer passed to trusted arg(\d+)", nullable_argument),
    (r"^Possibly NULL pointer passed to helper arg(\d+)", nullable_argument),
    (r"^cannot call GPL", licence),
)
