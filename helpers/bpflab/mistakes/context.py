"""What a function of a text is: its program type and its hook, as its name and its context say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bpflab.errors import LabError
from bpflab.mistakes.rule import head
from bpflab.source import Source

_OF_CONTEXT: dict[str, tuple[str, ...]] = {  # the first is the default
    "pt_regs": ("kprobe", "perf_event"),  # struct bpf_perf_event_data begins with the registers
    "bpf_raw_tracepoint_args": ("raw_tracepoint", "raw_tracepoint_writable"),
    "bpf_perf_event_data": ("perf_event",),
    "xdp_md": ("xdp",),
    "__sk_buff": (
        "socket_filter",
        "sched_cls",
        "sched_act",
        "cgroup_skb",
        "sk_skb",
        "lwt_in",
        "lwt_out",
        "lwt_xmit",
        "lwt_seg6local",
        "flow_dissector",
    ),
    "bpf_sock_ops": ("sock_ops",),
    "sk_msg_md": ("sk_msg",),
    "bpf_sock": ("cgroup_sock",),
    "bpf_cgroup_dev_ctx": ("cgroup_device",),
    "bpf_sysctl": ("cgroup_sysctl",),
}
_OF_SECTION = {  # contexts whose programs the kernel wants bound to a hook when it loads them
    "bpf_sock_addr": "cgroup/connect4",
    "bpf_sockopt": "cgroup/getsockopt",
    "bpf_sk_lookup": "sk_lookup",
    "sk_reuseport_md": "sk_reuseport",
    "bpf_nf_ctx": "netfilter",
}
_OF_NAME = {  # how BCC's macros name a function, and what it attaches that to
    "kprobe__": "kprobe",
    "kretprobe__": "kprobe",
    "syscall__": "kprobe",
    "tracepoint__": "tracepoint",
    "raw_tracepoint__": "raw_tracepoint",
    "kfunc__": "tracing",
    "kretfunc__": "tracing",
    "kmod_ret__": "tracing",
    "lsm__": "lsm",
}
_SECTIONS = {"kfunc__": "fentry", "kretfunc__": "fexit", "kmod_ret__": "fmod_ret", "lsm__": "lsm"}
_OF_TC = (  # helpers that change a packet or send it elsewhere
    r"\bbpf_(?:skb_(?:store|set|get|change|vlan|adjust|under)_?\w*|clone_redirect|redirect\w*"
    r"|l[34]_csum_\w+|csum_\w+|fib_lookup|set_hash\w*)\s*\(|\bTC_ACT_\w+"
)
_ITERATOR = "bpf_iter__"
_TABLE = re.compile(r'\bBPF_PROG_ARRAY\b|\bBPF_TABLE\w*\s*\(\s*"prog"')

TYPES = (
    "tracepoint",
    "raw_tracepoint",
    "kprobe",
    "perf_event",
    "socket_filter",
    "sched_cls",
    "sched_act",
    "xdp",
    "cgroup_skb",
    "cgroup_sock",
    "cgroup_device",
    "cgroup_sysctl",
    "sock_ops",
    "sk_skb",
    "sk_msg",
)
"""The types that a text in BCC's dialect can be loaded as, by the kernel's name."""


@dataclass(frozen=True)
class Role:
    """What a function says of itself.

    Attributes:
        types: the program types that its name or its context fits; empty where any does.
        hook: where it belongs, as `Program.attach` takes it; empty where nothing says it.
        section: the section that libbpf would load it by, of a program that is bound to its hook.
        struct: the struct that it takes for its context; empty where there is none.
        type: the one to load it as, once it was chosen.
    """

    types: tuple[str, ...] = ()
    hook: str = ""
    section: str = ""
    struct: str = ""
    type: str = ""


def role(source: Source, function: str) -> Role:
    """Return what *function* of *source* says of itself."""
    prefix = next((p for p in _OF_NAME if function.startswith(p)), "")
    struct, name = context(source, function)
    if prefix:
        named = function.removeprefix(prefix)
        section = f"{_SECTIONS[prefix]}/{named}" if prefix in _SECTIONS else ""
        return Role((_OF_NAME[prefix],), _hook(prefix, named), section, struct)
    if struct.startswith("tracepoint__"):
        return Role(("tracepoint",), _hook("tracepoint__", struct[12:]), "", struct)
    types = types_of(struct)
    read = rf"\b{name}\s*->\s*data(?:_end|_meta)?\b|{_OF_TC}"
    if struct == "__sk_buff" and re.search(read, source.code):
        types = ("sched_cls", *types)  # the kernel lets no socket filter do this
    return Role(types, "", "", struct)


def types_of(struct: str) -> tuple[str, ...]:
    """Return the program types whose context is *struct*; none where any type's may be."""
    if struct.startswith(("tracepoint__", "trace_event_raw_")):
        return ("tracepoint",)
    return _OF_CONTEXT.get(struct, ())


def context(source: Source, function: str) -> tuple[str, str]:
    """Return the struct that *function* takes for its context, and its name there; or nothing."""
    if function.startswith("tracepoint__") and "TRACEPOINT_PROBE" in source.code:
        return function, "args"
    if function.startswith("raw_tracepoint__") and "RAW_TRACEPOINT_PROBE" in source.code:
        return "bpf_raw_tracepoint_args", "ctx"
    start = rf"\b{re.escape(function)}\s*\(\s*(?:const\s+)?struct\s+"
    found = re.search(start + r"(\w+)\s*\*\s*(\w*)", source.code)
    return (found[1], found[2]) if found else ("", "")


def roles(source: Source, functions: Sequence[str], asked: str = "") -> dict[str, Role]:
    """Return the role of each program of a text for BCC, with the type to load it as.

    *asked* is the type that the learner asks for. Where neither that nor a function says a type it
    is that of the others if programs call each other through a table, and else tracepoint.

    Raises:
        LabError: ``context`` where a function is for another type than *asked*, or for one that
            cannot be loaded from such a text; at the function's line.
    """
    found = {name: role(source, name) for name in functions}
    for name, one in found.items():
        _check(source, name, one, asked)
    known = {one.types[0] for one in found.values() if one.types}
    default = known.pop() if len(known) == 1 and _TABLE.search(source.code) else "tracepoint"
    return {
        name: replace(one, type=asked or next(iter(one.types), default))
        for name, one in found.items()
    }


def _check(source: Source, name: str, one: Role, asked: str) -> None:
    if name.startswith(_ITERATOR):
        target = name.removeprefix(_ITERATOR)
        raise _for_libbpf(source, name, f"bpf_iter__{target}", f"iter/{target}")
    if one.struct in _OF_SECTION:
        raise _for_libbpf(source, name, one.struct, _OF_SECTION[one.struct])
    if asked and one.types and asked not in one.types:
        says = f"struct {one.struct} *" if one.struct else "its name"
        raise LabError(
            "context",
            f"{name} is loaded as {asked}, but {says} is for {one.types[0]}.",
            place=head(source, name),
            why="The type says what the context is. Loaded as another type, the program would "
            "read the wrong bytes.",
            fix="Leave type= out: each function then gets the type that it is written for.",
        )


def _for_libbpf(source: Source, name: str, struct: str, section: str) -> LabError:
    return LabError(
        "context",
        f"{name} takes struct {struct}, and cannot be loaded from a text for BCC.",
        place=head(source, name),
        why="The kernel must be told the hook of such a program when it is loaded, and a text for "
        "BCC does not say it.",
        fix=f'Write the text for libbpf, as in SEC("{section}").',
    )


def _hook(prefix: str, named: str) -> str:
    """Return the hook of a function, as BCC finds it in the name."""
    if prefix == "tracepoint__":
        return named.replace("__", ":", 1)
    if prefix == "syscall__":  # the call's name, which BCC attaches to nothing
        return ""
    return f"kretprobe:{named}" if prefix == "kretprobe__" else named
