"""Texts of the wrong dialect, or of two: recognised before they are compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bpflab.errors import LabError, Place
from bpflab.mistakes.context import role
from bpflab.mistakes.declarations import Declarations
from bpflab.mistakes.sections import other_context
from bpflab.reference.macros import MACROS, METHODS, Macro, maps_of
from bpflab.source import Source

_MAP_TYPES = {  # of BCC's macros that have a plain counterpart
    "BPF_HASH": "HASH",
    "BPF_LRU_HASH": "LRU_HASH",
    "BPF_PERCPU_HASH": "PERCPU_HASH",
    "BPF_LRU_PERCPU_HASH": "LRU_PERCPU_HASH",
    "BPF_ARRAY": "ARRAY",
    "BPF_PERCPU_ARRAY": "PERCPU_ARRAY",
    "BPF_HISTOGRAM": "ARRAY",
}
_CALLS = {  # methods of a map, and libbpf's call that does the same
    "lookup": "bpf_map_lookup_elem(&{map}, {arguments})",
    "update": "bpf_map_update_elem(&{map}, {arguments}, BPF_ANY)",
    "insert": "bpf_map_update_elem(&{map}, {arguments}, BPF_NOEXIST)",
    "delete": "bpf_map_delete_elem(&{map}, {arguments})",
    "ringbuf_output": "bpf_ringbuf_output(&{map}, {arguments})",
    "ringbuf_reserve": "bpf_ringbuf_reserve(&{map}, {arguments}, 0)",
    "ringbuf_submit": "bpf_ringbuf_submit({arguments})",
    "ringbuf_discard": "bpf_ringbuf_discard({arguments})",
    "call": "bpf_tail_call(ctx, &{map}, INDEX)",
}
_METHODS = {  # libbpf's calls, and the method that does the same in BCC's dialect
    "bpf_map_lookup_elem": "{map}.lookup({arguments})",
    "bpf_map_update_elem": "{map}.update({first_two})",
    "bpf_map_delete_elem": "{map}.delete({arguments})",
    "bpf_ringbuf_output": "{map}.ringbuf_output({arguments})",
    "bpf_ringbuf_reserve": "{map}.ringbuf_reserve({first})",
    "bpf_perf_event_output": "{map}.perf_submit(ctx, DATA, SIZE)",
    "bpf_tail_call": "{map}.call(ctx, INDEX)",
    "bpf_get_stackid": "{map}.get_stackid(ctx, FLAGS)",
}
_TYPES = re.compile(r"(?<![\w.>])(?:struct\s+)?([us](?:8|16|32|64))\b(?=\s*[\w*),\[>])")
_CALL = re.compile(r"\b(bpf_\w+)\s*\(\s*(?:ctx\s*,\s*)?&\s*(\w+)\s*(?:,([^;]*))?\)")
_OF_LIBBPF = {  # macros of libbpf's headers that BCC does not have
    "bpf_printk": "Write bpf_trace_printk instead.",
    "BPF_CORE_READ": "Write the field itself, as in task->real_parent->tgid: BCC reads it safely.",
    "BPF_CORE_READ_INTO": "Write the field itself: BCC reads it safely.",
    "BPF_KPROBE": "Write int NAME(struct pt_regs *ctx, …), with the function's arguments behind.",
    "BPF_KRETPROBE": "Write int NAME(struct pt_regs *ctx); PT_REGS_RC(ctx) is what it returns.",
}
_HEADER = re.compile(
    r'^\s*#\s*include\s*[<"]((?:bpf/bpf_\w+|bpf_(?:helpers|tracing|core_read)|vmlinux)\.h)[>"]',
    re.M,
)
_KERNEL_HEADER = re.compile(
    r"^\s*#\s*include\s*<((?:linux|asm|uapi|net|sys|std)\w*[/.][\w/.]+)>", re.M
)


def check(source: Source) -> None:
    """Refuse a text in which the two dialects are mixed, or that is for the other one.

    Raises:
        LabError: ``dialect``, at the line to change.
    """
    rules = _IN_LIBBPF if source.dialect == "libbpf" else _IN_BCC
    text = Declarations(source)
    for rule in rules:
        for fault in rule(source, text):
            raise fault


def _fault(
    message: str, place: Place | None, why: str, fix: str, also: tuple[Place, str] | None = None
) -> LabError:
    return LabError("dialect", message, place=place, why=why, fix=fix, also=(also,) if also else ())


def _section(source: Source) -> tuple[Place, bool]:
    """Return the first line that names a section, and whether all of them name the licence."""
    found = list(re.finditer(r'\bSEC\(\s*"?([^")]*)"?\s*\)', source.code))
    first = next((f for f in found if f[1] not in ("license", "version")), found[0])
    return source.at(first.start()), first[1] in ("license", "version")


def _bcc_in_libbpf(source: Source, text: Declarations) -> Iterator[LabError]:
    for at, what, fix in sorted(_bcc_words(source, text)):
        section, only_licence = _section(source)
        if only_licence:
            yield _fault(
                "The line of the licence makes this a text for libbpf, but it is written for BCC.",
                section,
                "A text with SEC(…) is compiled by clang alone; BCC takes a text to be GPL.",
                "Leave this line out.",
                (source.at(at), f"{what} is BCC's"),
            )
        yield _fault(
            f"{what} is of BCC's dialect, but this is a text for libbpf.",
            source.at(at),
            "A text with SEC(…) is compiled by clang alone, which knows nothing of BCC's macros.",
            fix,
            (section, "this line makes it a text for libbpf"),
        )


def _bcc_words(source: Source, text: Declarations) -> Iterator[tuple[int, str, str]]:
    """Yield where something of BCC's stands in a text for libbpf, what it is, and what to write."""
    for found in re.finditer(r"(?m)^\s*(?:static\s+)?([A-Z_]+)\s*\(([^()]*)\)", text.code):
        macro = MACROS.get(found[1])
        if macro and found[1] not in text.macros and (macro.declares or _heads(macro)):
            yield found.start(1), found[1], _plain(macro, found[2])
    names = {name for methods in METHODS.values() for name in methods}
    for found in re.finditer(r"\b(\w+)\.(\w+)\s*\(((?:[^()]|\([^()]*\))*)\)", text.code):
        if found[2] in names:
            call = _CALLS.get(found[2], "a helper of bpf-helpers(7), given &{map}")
            said = call.format(map=found[1], arguments=found[3].strip())
            yield found.start(), f"{found[1]}.{found[2]}(…)", f"Write {said}."
    if not _defines_types(source):
        for found in _TYPES.finditer(text.code):
            if not re.search(rf"\btypedef\b[^;]*\b{found[1]}\s*;", text.code):
                yield found.start(1), f"The type {found[1]}", f"Write __{found[1]}."
    for found in re.finditer(
        r'\bbpf_trace_printk\s*\(\s*"(?:\\.|[^"\\])*"\s*(\)|,\s*)', source.code
    ):
        rest = source.code[found.end() : found.end() + 8]
        if found[1] == ")" or not re.match(r"sizeof|\d", rest):
            yield found.start(), "This form of bpf_trace_printk", "Write bpf_printk instead."


def _heads(macro: Macro) -> bool:
    return macro.name.endswith("_PROBE")


def _plain(macro: Macro, arguments: str) -> str:
    """Return how to write a macro of BCC's without BCC."""
    given = [one.strip() for one in arguments.split(",")]
    if kind := _MAP_TYPES.get(macro.name):
        array = kind.endswith("ARRAY")
        key, value = ("__u32", "__u64") if array else ("__u64", "__u64")
        if array and len(given) > 1 and macro.name != "BPF_HISTOGRAM":
            value, entries = given[1], given[2] if len(given) > 2 else "10240"
        else:
            key = given[1] if len(given) > 1 else key
            value = given[2] if len(given) > 2 else value
            entries = given[3] if len(given) > 3 else "64" if array else "10240"
        return (
            f"Write struct {{ __uint(type, BPF_MAP_TYPE_{kind}); __uint(max_entries, {entries}); "
            f'__type(key, {_u(key)}); __type(value, {_u(value)}); }} {given[0]} SEC(".maps");'
        )
    if macro.name in ("BPF_RINGBUF_OUTPUT", "BPF_RINGBUF"):
        pages = given[1] if len(given) > 1 else "8"
        return (
            f"Write struct {{ __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, {pages} * "
            f'4096); }} {given[0]} SEC(".maps");'
        )
    if macro.name == "TRACEPOINT_PROBE" and len(given) > 1:
        return f'Write SEC("tp/{given[0]}/{given[1]}") int NAME(void *ctx).'
    if macro.name == "RAW_TRACEPOINT_PROBE":
        section = f"raw_tp/{given[0]}"
        return f'Write SEC("{section}") int NAME(struct bpf_raw_tracepoint_args *ctx).'
    return 'Write it as a struct in SEC(".maps"), or leave out the lines with SEC(…).'


def _u(type: str) -> str:
    return f"__{type}" if re.fullmatch(r"[us]\d+", type) else type


def _defines_types(source: Source) -> bool:
    return bool(re.search(r'#\s*include\s*[<"]vmlinux\.h|#\s*define\s+u32\b', source.code))


def _libbpf_in_bcc(source: Source, text: Declarations) -> Iterator[LabError]:
    """Yield the calls and macros of libbpf's in a text that has maps of BCC's, or no section."""
    maps = maps_of(source.code)
    for found in _CALL.finditer(text.code):
        if found[1] in _METHODS and found[2] in maps:
            given = [one.strip() for one in (found[3] or "").split(",")]
            said = _METHODS[found[1]].format(
                map=found[2],
                arguments=", ".join(given),
                first=given[0],
                first_two=", ".join(given[:2]),
            )
            yield _fault(
                f"{found[1]} takes a map of libbpf's dialect, and {found[2]} is one of BCC's.",
                source.at(found.start()),
                f"BCC declares {found[2]} as a struct with methods, and puts the map in their "
                "place.",
                f"Write {said}.",
                (source.at(source.code.index(found[2])), f"{found[2]} is declared for BCC"),
            )


def _libbpf_header(source: Source, text: Declarations) -> Iterator[LabError]:
    header = _HEADER.search(source.code)
    uses_bcc = bool(maps_of(source.code)) or re.search(
        r"\b(?:\w+_PROBE|k(?:ret)?probe__\w+)\b", text.code
    )
    if header and uses_bcc:
        yield _fault(
            f"{header[1]} is a header for libbpf, and this text is written for BCC.",
            source.at(header.start(1)),
            "BCC brings its own declarations of the helpers and of the kernel's types.",
            "Leave this line out.",
        )
    if header:
        name = next((n for n, one in text.functions.items() if not one.static), "")
        place = text.functions[name].place if name else source.at(header.start(1))
        yield _fault(
            f"{name or 'No function'} has no section, and {header[1]} is a header for libbpf.",
            place,
            "Without a section a text is compiled by BCC, which has no such header.",
            f"For libbpf, write {_example(source, name)} above it. For BCC, leave the header out.",
            (source.at(header.start(1)), "this header is libbpf's"),
        )


def _libbpf_macro(source: Source, text: Declarations) -> Iterator[LabError]:
    for found in re.finditer(rf"\b({'|'.join(_OF_LIBBPF)})\s*\(", text.code):
        if found[1] not in text.macros and found[1] not in text.functions:
            yield _fault(
                f"{found[1]} is a macro of libbpf's headers, which BCC does not have.",
                source.at(found.start()),
                "A text without SEC(…) is compiled by BCC.",
                _OF_LIBBPF[found[1]],
            )
    for found in re.finditer(r"\b__uint\s*\(\s*type\b", text.code):
        if "__uint" not in text.macros:
            yield _fault(
                "A map is declared for libbpf, in a text that names no section.",
                source.at(found.start()),
                "A text without SEC(…) is compiled by BCC, which declares maps by macros.",
                'For libbpf, write SEC(".maps") behind its name and a section above each program. '
                "For BCC, write BPF_HASH(NAME, KEY, VALUE);",
            )


def _no_maps_section(source: Source, text: Declarations) -> Iterator[LabError]:
    for found in re.finditer(r"\}\s*(\w+)\s*;", text.code):
        opened = text.code.rfind("{", 0, found.start())
        if opened >= 0 and re.search(r"\b__uint\s*\(\s*type\b", text.code[opened : found.start()]):
            yield LabError(
                "section",
                f"The map {found[1]} is in no section.",
                place=source.at(found.start()),
                why="libbpf looks for maps in the section .maps; this is a variable.",
                fix=f'Write }} {found[1]} SEC(".maps");',
            )


def _two_sets_of_types(source: Source, text: Declarations) -> Iterator[LabError]:
    vmlinux = re.search(r'^\s*#\s*include\s*[<"]vmlinux\.h[>"]', source.code, re.M)
    header = _KERNEL_HEADER.search(source.code)
    if vmlinux and header:
        yield _fault(
            f"vmlinux.h and <{header[1]}> declare the same types.",
            source.at(header.start(1)),
            "vmlinux.h has all types of the running kernel.",
            "Leave this line out. Macros are not in vmlinux.h: write the number of one.",
            (source.at(vmlinux.end()), "the types are here already"),
        )


def _example(source: Source, function: str) -> str:
    kind = next(iter(role(source, function).types), "")
    return {
        "kprobe": 'SEC("kprobe/FUNCTION")',
        "xdp": 'SEC("xdp")',
        "socket_filter": 'SEC("socket")',
        "sched_cls": 'SEC("tc")',
        "raw_tracepoint": 'SEC("raw_tp/EVENT")',
    }.get(kind, 'SEC("tp/syscalls/sys_enter_execve"), or the section of its hook,')


_Rule = Callable[[Source, Declarations], Iterator[LabError]]
_IN_LIBBPF: tuple[_Rule, ...] = (
    _bcc_in_libbpf,
    _no_maps_section,
    _two_sets_of_types,
    other_context,
)
_IN_BCC: tuple[_Rule, ...] = (_libbpf_in_bcc, _libbpf_header, _libbpf_macro)
