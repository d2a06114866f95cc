"""The context, and packets."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import context, ctext
from bpflab.mistakes.verifier.refusal import Refusal

_TRACE_SIZE = (
    8192  # PERF_MAX_TRACE_SIZE, include/linux/trace_events.h: a tracepoint's largest event
)
_COMMON = 8  # bytes of an event that the kernel keeps for itself (tp_prog_is_valid_access)
_RAW_ARGUMENTS = 12  # MAX_BPF_FUNC_ARGS, include/linux/bpf.h
_SECTION = re.compile(r'SEC\("([\w.]+)[^"]*"\)')
_TYPES = {  # what a section begins with
    "tp": "tracepoint",
    "raw_tp": "raw_tracepoint",
    "kretprobe": "kprobe",
    "ksyscall": "kprobe",
    "socket": "socket_filter",
    "tc": "sched_cls",
    "classifier": "sched_cls",
}


def access(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a part of the context that may not be read or written, or not like this."""
    offset, size = int(found[1]), int(found[2])
    code = refusal.step.code if refusal.step else ""
    type, text = type_of(refusal), refusal.text()
    name = _field(text)
    if re.match(r"\(\w\w\) (?:lock )?\*\(", code):
        return _written(refusal, name, type)
    if type == "tracepoint" and 0 <= offset < _COMMON:
        return refusal.error(
            "context",
            f"The first {_COMMON} bytes of a tracepoint's event are read.",
            why="They are the kernel's own: a program may read what comes behind them.",
            fix="Take the event's struct for the context, as in "
            "struct tracepoint__syscalls__sys_enter_execve *ctx, and read its fields.",
        )
    if type == "tracepoint":
        return refusal.error(
            "context",
            f"{size} bytes at byte {offset} are no part of a tracepoint's event.",
            why=f"A tracepoint program may read from byte {_COMMON} of its event to byte "
            f"{_TRACE_SIZE}.",
            fix="Read the event's fields by name: their offsets are right.",
        )
    if type == "raw_tracepoint":
        return refusal.error(
            "context",
            f"{size} bytes at byte {offset} are no argument of a raw tracepoint.",
            why=f"The context is an array of at most {_RAW_ARGUMENTS} numbers of 8 bytes, and "
            "each is read as a whole.",
            fix="Read ctx->args[0], ctx->args[1] and so on, into a u64.",
        )
    if type == "kprobe":
        return refusal.error(
            "context",
            f"{size} bytes at byte {offset} are no register of struct pt_regs.",
            why="The context is the registers of the CPU, each of 8 bytes.",
            fix="Take struct pt_regs *ctx, and read PT_REGS_PARM1(ctx) and so on.",
        )
    if type == "socket_filter" and re.fullmatch(r"\w+->data(?:_end)?", name):
        return refusal.error(
            "context",
            f"{name} may not be read by a socket_filter program.",
            why="A program of this type gets no pointer into the packet.",
            fix="Copy what you need: bpf_skb_load_bytes(skb, offset, &copy, sizeof(copy)). It "
            "returns 0, or a negative number where the packet is too short.",
        )
    shown = f"{name} " if name else f"{size} bytes at byte {offset} "
    return refusal.error(
        "context",
        f"{shown}may not be read here{f' by {_a(type)} program' if type else ''}.",
        why="The kernel lets each type of program read some fields of its context, each by its "
        "own size.",
        fix="Read a whole field, with the type that the struct declares. If that is refused, "
        "programs of this type may not read the field at all.",
    )


def variable(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a part of the context that is chosen by a variable."""
    text = refusal.text()
    array = next(iter(ctext.indexed(text)), ("", ""))
    shown = f"{array[0]}[{array[1]}]" if array[0] else "what you want"
    return refusal.error(
        "context",
        f"{shown} is read at an offset that is not a constant."
        if array[0]
        else "The context is read at an offset that is not a constant.",
        why="The kernel rewrites each access to the context, so its offset must be a constant.",
        fix=f"Copy it: u64 one = 0; bpf_probe_read_kernel(&one, sizeof(one), &{shown}); and use "
        "one."
        if array[0]
        else "Write constant indices, or copy it with bpf_probe_read_kernel.",
    )


def modified(refusal: Refusal, found: re.Match[str]) -> LabError:
    """Explain a pointer into the context that was moved, by the text or by the compiler."""
    field = _field(refusal.text())
    why = (
        "The kernel rewrites each access to the context, so the offset must stand in the access "
        "itself."
    )
    return refusal.error(
        "context",
        "A pointer into the context was moved, and is used.",
        why=(
            f"{why} Your line does that, but the compiler has joined the accesses of two paths "
            "into one."
        )
        if field
        else why,
        fix=f"Copy it: u64 one = 0; bpf_probe_read_kernel(&one, sizeof(one), &{field}); and use "
        "one."
        if field
        else "Read the field through ctx with a constant offset: ctx->field. Or copy it with "
        "bpf_probe_read_kernel(&copy, sizeof(copy), pointer).",
    )


def stored(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an atomic addition to the context."""
    return _written(refusal, _field(refusal.text()), type_of(refusal))


def _written(refusal: Refusal, name: str, type: str) -> LabError:
    tracing = type in ("tracepoint", "raw_tracepoint", "kprobe", "perf_event", "tracing", "")
    return refusal.error(
        "context",
        f"{name or 'The context'} is written to.",
        why="The context of a tracing program is read-only."
        if tracing
        else f"{_a(type).capitalize()} program may write few fields of its context, and not this "
        "one.",
        fix="Leave the assignment out, and keep the value in a variable.",
    )


def type_of(refusal: Refusal) -> str:
    """Return the program's type, as far as the text says it; tracepoint is BCC's default here."""
    if refusal.type:
        return refusal.type
    if refusal.source.dialect == "bcc":
        known = context.role(refusal.source, refusal.function)
        return known.types[0] if known.types else "tracepoint"
    body = ctext.body(refusal.source, refusal.function)
    at = refusal.source.lines.index(body[0]) if body else 0
    for place in reversed(refusal.source.lines[: at + 1]):
        if section := _SECTION.search(place.text):
            start = section[1].split(".")[0]
            return _TYPES.get(start, start)
    return ""


def _a(type: str) -> str:
    return f"{'an' if type.startswith('x') else 'a'} {type}"


def _field(text: str) -> str:
    found = re.findall(r"\b(\w+->\w+(?:\[[^\]]*\])?)", text)
    return found[0] if len(set(found)) == 1 else ""


RULES = (
    (r"^invalid bpf_context access off=(-?\d+) size=(\d+)", access),
    (r"^variable ctx access var_off=", variable),
    (r"^dereference of modified ctx ptr", modified),
    (r"^negative offset ctx ptr", modified),
    (r"^BPF_(?:ATOMIC|XADD|ST|STX) stores into R\d+ ctx is not allowed", stored),
)
