"""Slips that load: a pointer moved in place of its value, an ``if`` that ends at once, and more."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.declarations import Declarations, Function
from bpflab.source import Source

_LOOKUP = re.compile(
    r"\b(\w+)\s*=\s*(?:\([^()]*\)\s*)?(?:\w+\s*\.\s*lookup\w*|bpf_map_lookup_elem)\s*\("
)
_LOOP = re.compile(r"\b(?:for|while|goto)\b")
_HEAD = re.compile(r"\b(if|for|while)\s*\(")
_TIME = re.compile(r"(\b[A-Za-z_][\w.>-]*)\s*=\s*(bpf_ktime_get\w*ns)\s*\(\s*\)\s*[;,]")
_LOCAL = re.compile(
    r"\bstruct\s+(\w+)\s+(?:(\*)\s*)?(\w+)\s*(?(2)=\s*[\w.]*ringbuf_reserve\s*\([^;]*|);"
)
_SUBMITTED = r"\w*ringbuf_submit\s*\(\s*{}\b"
_SENT = r"\w*(?:ringbuf_output|perf_submit|perf_event_output)\s*\([^;]*?&\s*{}\b(?!\s*[.\[])"
_COMPARED = re.compile(r"\b(\w+)\s*->\s*(\w+)\s*[!=]=\s*(ETH_P_\w+|[1-9]\d*)\b")
_BIG_ENDIAN = {  # include/uapi/linux: if_ether.h, ip.h, tcp.h, udp.h
    "ethhdr": {"h_proto": "htons"},
    "iphdr": {"tot_len": "htons", "id": "htons", "frag_off": "htons"},
    "tcphdr": {"source": "htons", "dest": "htons", "window": "htons", "seq": "htonl"},
    "udphdr": {"source": "htons", "dest": "htons", "len": "htons"},
}


def found(source: Source, declared: Declarations) -> Iterator[LabError]:
    """Yield the slips in a text."""
    yield from _ended(declared)
    yield from _byte_order(source, declared)
    yield from _cut_time(source, declared)
    for function in declared.functions.values():
        yield from _moved(declared, function)
        yield from _not_written(declared, function)


def _ended(declared: Declarations) -> Iterator[LabError]:
    """A semicolon behind the condition, so that what stands below does not depend on it."""
    code = declared.code
    for head in _HEAD.finditer(code):
        rest = code[declared.closing(head.end(), "()") + 1 :].lstrip()
        block = rest[1:].lstrip().startswith("{") and code[: head.start()].rstrip()[-1:] != "}"
        if not rest.startswith(";") or not (head[1] == "if" or block):
            continue
        what = "if" if head[1] == "if" else "loop"
        yield LabError(
            "empty-body",
            f"This {what} ends at its semicolon.",
            place=declared.place(head.start()),
            why="What stands below is done in any case."
            if what == "if"
            else "What stands below is done once, when the loop is over.",
            fix="Leave out the semicolon behind the parenthesis.",
        )


def _moved(declared: Declarations, function: Function) -> Iterator[LabError]:
    """``v++`` of what a lookup returned, where the pointer is not used after that."""
    body = declared.code[function.begin : function.end]
    for lookup in _LOOKUP.finditer(body):
        name = lookup[1]
        star = re.compile(rf"(?<=[;{{}})])\s*(?P<one>\*\s*{name}\s*(?:\+\+|--))\s*;")
        if moved := star.search(body, lookup.end()):
            fix = f"Write (*{name}){moved['one'][-2:]};"
            yield _pointer_moved(declared, name, function.begin + moved.start("one"), fix)
            continue
        step = re.compile(
            rf"(?<=[;{{}})])\s*(?P<one>{name}\s*(?:\+\+|--|[+-]=[^;=]+)|(?:\+\+|--)\s*{name})\s*;"
        )
        moved = step.search(body, lookup.end())
        if not moved or re.search(rf"\b{name}\b", body[moved.end() :]):
            continue
        if _LOOP.search(body, 0, moved.end()):
            continue
        more = re.sub(rf"\b{name}\b", f"(*{name})", moved["one"])
        yield _pointer_moved(declared, name, function.begin + moved.start("one"), f"Write {more};")


def _pointer_moved(declared: Declarations, name: str, at: int, fix: str) -> LabError:
    return LabError(
        "pointer",
        f"This line moves the pointer {name}, and changes no value.",
        place=declared.place(at),
        why="A lookup returns the address of the value.",
        fix=fix,
    )


def _cut_time(source: Source, declared: Declarations) -> Iterator[LabError]:
    """A time of 64 bits in a variable with fewer."""
    for given in _TIME.finditer(declared.code):
        place = declared.place(given.start())
        field = re.search(r"[.>]", given[1])
        name = re.split(r"->|\.", given[1])[-1]
        if field and len(re.findall(rf"\b\w+\s+{name}\s*[;,]", declared.code)) != 1:
            continue  # of two structs
        variable = ctext.variable(source, name, None if field else place)
        if not variable or variable.is_pointer or variable.length or not 0 < variable.size < 8:
            continue
        bits = 8 * variable.size
        yield LabError(
            "narrow",
            f"{given[1]} has {bits} bits, and {given[2]} returns 64.",
            place=place,
            also=[(variable.place, f"{name} is declared here")] if variable.place != place else [],
            why="The upper bits are lost"
            + (": the number begins anew after 4.3 seconds." if bits == 32 else "."),
            fix=f"Declare {name} as {'u64' if source.dialect == 'bcc' else '__u64'}.",
        )


def _byte_order(source: Source, declared: Declarations) -> Iterator[LabError]:
    """A field of a packet's header that is compared with a number of this machine."""
    for compared in _COMPARED.finditer(declared.code):
        base, field, number = compared.groups()
        place = declared.place(compared.start())
        variable = ctext.variable(source, base, place)
        type = variable.type.rstrip("*").split()[-1] if variable else ""
        convert = _BIG_ENDIAN.get(type, {}).get(field, "")
        if not convert or (field == "h_proto") != number.startswith("ETH_P_"):
            continue
        yield LabError(
            "byte-order",
            f"{base}->{field} and {number} have their bytes in different orders.",
            place=place,
            why="A packet has the first byte of a number in front. This machine may not.",
            fix=f"Write bpf_{convert}({number})"
            + (", with #include <bpf/bpf_endian.h>." if source.dialect == "libbpf" else "."),
        )


def _not_written(declared: Declarations, function: Function) -> Iterator[LabError]:
    """A field of an event that is sent, of which nothing was written."""
    body = declared.code[function.begin : function.end]
    for local in _LOCAL.finditer(body):
        type, star, name = local.groups()
        rest = body[local.end() :]
        sending = (_SUBMITTED if star else _SENT).format(name)
        sent = re.search(sending, rest)
        struct = declared.structs.get(type)
        flat = re.search(rf"\bstruct\s+{type}\s*\{{[^{{}}]*\}}", declared.code)
        if not sent or not struct or not flat:
            continue
        # Whoever gets the whole struct, or its address, may have written it.
        whole = re.sub(
            rf"{sending}|\w*ringbuf_discard\s*\(\s*{name}\b|!\s*{name}\b"
            rf"|\bsizeof\s*\(?\s*\*?\s*{name}\b",
            "",
            rest,
        )
        if re.search(rf"(?<![\w.>]){name}\b(?!\s*(?:\.|->))", whole):
            continue
        for field in struct.names:
            if not re.search(rf"(?<![\w.>]){name}\s*(?:\.|->)\s*{field}\b", rest):
                sent_at = declared.place(function.begin + local.end() + sent.start())
                yield LabError(
                    "uninitialised",
                    f"{name}{'->' if star else '.'}{field} is sent, and nothing was written to it.",
                    place=declared.place(function.begin + local.start()),
                    also=[(sent_at, "sent here")],
                    why="It holds what was in the ring before."
                    if star
                    else "It holds what was on the stack before.",
                    fix=f"Write {name}->{field} = 0; or give it its value."
                    if star
                    else f"Write struct {type} {name} = {{}}; and give {field} its value.",
                )
