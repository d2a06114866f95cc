"""What a name in a cell of C can be: words of C, helpers, macros, structs and their members."""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bpflab.bindings import helpers as kernel
from bpflab.bindings import tracepoints
from bpflab.cell.c_text import CText
from bpflab.reference.helpers import HELPERS, Helper
from bpflab.reference.macros import MACROS, Macro, Method, methods_of

_WORDS = {
    "keyword": "break case const continue default do else enum for goto if return sizeof static "
    "struct switch typedef union unsigned void volatile while",
    "type": "bool char int long pid_t s16 s32 s64 s8 short size_t u16 u32 u64 u8",
    "constant": "BPF_ANY BPF_EXIST BPF_F_CURRENT_CPU BPF_NOEXIST NULL TASK_COMM_LEN false true",
}
_LIBBPF_WORDS = {
    **_WORDS,
    "type": "bool char int long short __s16 __s32 __s64 __s8 __u16 __u32 __u64 __u8",
    "macro": "SEC __always_inline __array __type __uint bpf_printk",
}
_OF_KPROBE = "registers"

LETTERS = 3
"""So many letters may also stand within a name that is offered."""


@dataclass(frozen=True)
class Offer:
    """A name that can stand at a place.

    Attributes:
        text: the name.
        type: what it is, in a word, or its C type: it stands beside the name in the list.
        signature: how it is declared or called.
        summary: one or more sentences; empty where the signature says all.
    """

    text: str
    type: str
    signature: str = ""
    summary: str = ""


def of_text(text: CText, offset: int) -> list[Offer]:
    """Return the variables, maps and functions of the text."""
    variables = [
        Offer(name, type, _declaration(type, name)) for name, type in text.variables(offset).items()
    ]
    maps = [
        Offer(name, "map", text.declaration(name), _of_map(macro, type))
        for name, (macro, type) in text.maps.items()
    ]
    functions = [Offer(one.name, "function", one.head) for one in text.functions.values()]
    return variables + maps + functions


def helpers(text: CText, offset: int) -> Iterator[Offer]:
    """Return the helpers that this program may call; all where the kernel does not say it."""
    type = text.type_at(offset)
    allowed = kernel.allowed(type)
    for each in HELPERS.values():
        as_method = text.dialect == "bcc" and each.takes_map
        if not as_method and (allowed is None or each.number in allowed):
            yield helper(text, type, each)


def helper(text: CText, type: str, each: Helper) -> Offer:
    """Return what is known of one helper, and whether a program of *type* may call it."""
    allowed = kernel.allowed(type)
    more = [each.summary, f"A helper of the kernel since Linux {each.since}."]
    if each.gpl:
        more.append("Only programs under a GPL-compatible licence may call it.")
    if allowed is not None and each.number not in allowed:
        more.append(f"A program of type {type} may not call it on this kernel.")
    if text.dialect == "bcc" and each.takes_map:
        more.append(
            "In BCC's dialect no map is an argument: maps have methods, as in seen.lookup(&key)."
        )
    signature = each.signature
    if text.dialect == "bcc" and each.name == "bpf_trace_printk":  # BCC adds the size itself
        signature = signature.replace("u32 fmt_size, ", "")
    return Offer(each.name, "helper", signature, "\n".join(more))


def macros(text: CText, offset: int, *, declare: bool) -> Iterator[Offer]:
    """Return BCC's macros that declare maps and programs, or those that stand in a function."""
    if text.dialect != "bcc":
        return
    probes = text.type_at(offset) == "kprobe"
    for each in MACROS.values():
        if (each.declares or each.of == "program") != declare or not each.loads:
            continue
        if each.of != _OF_KPROBE or probes:
            yield Offer(each.name, "macro", each.signature, each.summary)


def plain(text: CText) -> Iterator[Offer]:
    """Return words of C and types."""
    words = _WORDS if text.dialect == "bcc" else _LIBBPF_WORDS
    return (Offer(word, kind) for kind, each in words.items() for word in each.split())


def structs(text: CText, typed: str) -> Iterator[Offer]:
    """Return names of structs: those of the text, and those that BCC makes of tracepoints."""
    for name, inside in text.structs.items():
        yield Offer(name, "struct", f"struct {name}", _listed(inside))
    if text.dialect != "bcc":
        return
    of_hook = text.struct_of_hook()
    if of_hook:
        yield _context_struct(text, of_hook)
    start = "tracepoint__"
    if typed.startswith(start) and "__" in typed[len(start) :]:
        for target in known_tracepoints():
            name = tracepoints.struct_of(target)
            if name == typed:
                yield _context_struct(text, name)
            elif name.startswith(typed) and name != of_hook:
                yield Offer(name, "struct", f"struct {name}")
    elif typed and (start.startswith(typed) or typed.startswith(start)):
        known = known_tracepoints()
        for category in dict.fromkeys(one.partition(":")[0] for one in known):
            yield Offer(f"{start}{category}__", "category")
    yield Offer("bpf_raw_tracepoint_args", "struct", "struct bpf_raw_tracepoint_args")
    yield Offer("pt_regs", "struct", "struct pt_regs", "The registers, which a kprobe is given.")


def _context_struct(text: CText, name: str) -> Offer:
    inside = text.members(f"struct {name} *")
    return Offer(name, "struct", f"struct {name}", _listed(inside))


def members(text: CText, offset: int, chain: str) -> list[Offer]:
    """Return what can stand behind ``map.``, ``e->`` or ``e->inner.``."""
    names = re.findall(r"([A-Za-z_]\w*)(\[)?", re.sub(r"\[[^\]]*\]", "[", chain))
    first, *inner = names
    variables = text.variables(offset)
    if not inner and first[0] in text.maps and first[0] not in variables:
        macro, type = text.maps[first[0]]
        methods = methods_of(macro.name, type) if macro else {}
        return [_method(each) for each in methods.values()]
    type = variables.get(first[0], "")
    if not type and first[0] in ("ctx", "args") and text.struct_of_hook():
        type = f"struct {text.struct_of_hook()} *"
    for name, _ in inner:
        type = text.members(type).get(name, "")
    found = text.members(type)
    return [Offer(name, kind, _declaration(kind, name)) for name, kind in found.items()]


def _of_map(macro: Macro | None, type: str) -> str:
    if not macro:
        return ""
    methods = ", ".join(methods_of(macro.name, type))
    return f"{macro.summary}\nIts methods: {methods}." if methods else macro.summary


def _method(each: Method) -> Offer:
    return Offer(each.name, "method", each.signature, each.summary)


def _declaration(type: str, name: str) -> str:
    """Return ``char comm[16]`` of ``char[16]`` and ``comm``."""
    bare, bracket, size = type.partition("[")
    return f"{bare}{'' if bare.endswith('*') else ' '}{name}{bracket}{size}"


def _listed(inside: Mapping[str, str]) -> str:
    return "\n".join(f"    {_declaration(type, name)};" for name, type in inside.items())


def known_tracepoints() -> list[str]:
    """Return the kernel's tracepoints; they are read again after a minute."""
    return _read_in(int(time.monotonic() / 60))


@functools.lru_cache(1)
def _read_in(minute: int) -> list[str]:
    return tracepoints.names()
