"""The sections of a text for libbpf: which program is in which, and what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpflab.bindings import kallsyms, tracepoints
from bpflab.errors import LabError, Place
from bpflab.mistakes.context import context, role, types_of
from bpflab.mistakes.declarations import Declarations
from bpflab.mistakes.rule import head
from bpflab.source import Source
from bpflab.text import near, safe_text

KINDS = {  # how a section begins, and the program type that it says
    **dict.fromkeys(("tp", "tracepoint", "tp.s", "tracepoint.s"), "tracepoint"),
    **dict.fromkeys(("raw_tp", "raw_tracepoint", "raw_tp.s", "raw_tracepoint.s"), "raw_tracepoint"),
    **dict.fromkeys(("kprobe", "kretprobe", "ksyscall", "kretsyscall"), "kprobe"),
    **dict.fromkeys(("uprobe", "uretprobe", "usdt", "uprobe.s", "uretprobe.s"), "kprobe"),
    "kprobe.multi": "kprobe",
    **dict.fromkeys(("tp_btf", "fentry", "fexit", "fmod_ret", "iter"), "tracing"),
    **dict.fromkeys(("tp_btf.s", "fentry.s", "fexit.s", "fmod_ret.s", "iter.s"), "tracing"),
    **dict.fromkeys(("lsm", "lsm.s", "lsm_cgroup"), "lsm"),
    **dict.fromkeys(("tc", "tcx", "classifier"), "sched_cls"),
    **dict.fromkeys(("cgroup_skb", "cgroup/skb"), "cgroup_skb"),
    "socket": "socket_filter",
    "action": "sched_act",
    "xdp": "xdp",
    "perf_event": "perf_event",
    "sockops": "sock_ops",
    "sk_msg": "sk_msg",
    "sk_skb": "sk_skb",
    "sk_lookup": "sk_lookup",
    "sk_reuseport": "sk_reuseport",
    "syscall": "syscall",
    "struct_ops": "struct_ops",
    "netfilter": "netfilter",
    "freplace": "ext",
    "cgroup": "cgroup",
}
_PROGRAM = re.compile(
    r'\bSEC\(\s*"([^"]*)"[\s\w]*\)'  # then its return type and attributes, and its name
    r"(?:\s|\w|\*|__attribute__\s*\(\(.*?\)\))*?"
    r"\b(?:BPF_\w+\s*\(\s*(\w+)|(?!__attribute__)(\w+)\s*\()",
    re.S,
)


def sections(source: Source) -> dict[str, tuple[str, Place]]:
    """Return for each program the text of its section, and the section's line."""
    return {
        found[2] or found[3]: (found[1], source.at(found.start()))
        for found in _PROGRAM.finditer(source.code)
    }


def type_of(section: str) -> str:
    """Return the program type that a section says, or nothing."""
    return KINDS.get(section.removeprefix("?").partition("/")[0], "")


def no_type(source: Source, function: str, section: str) -> LabError:
    """Return the fault of a program whose section says no type."""
    why = "libbpf takes a program's type and its hook from its section."
    if section == ".text":
        return LabError(
            "section",
            f"{function} is in no section, so nothing says what kind of program it is.",
            place=head(source, function),
            why=why,
            fix=f"Write {_suggested(source, function)} above it; or static in front of it, if "
            "another function calls it.",
        )
    place = sections(source).get(function, ("", head(source, function)))[1]
    kind = section.partition("/")[0]
    meant = f'SEC("tp/{section}")' if tracepoints.exists(section.replace("/", ":", 1)) else ""
    if kind.endswith(".s") and type_of(kind.removesuffix(".s")):
        return LabError(
            "section",
            f"A program of the kind {kind.removesuffix('.s')} may not sleep, so there is no "
            f"section {kind}.",
            place=place,
            why="With .s a section says that its program may sleep, which the kernel allows at a "
            "few kinds of hooks: tp.s, raw_tp.s, fentry.s, fexit.s, lsm.s and iter.s.",
            fix=f'Write SEC("{section.replace(".s", "", 1)}"), or use one of these kinds.',
        )
    old = next((k for k in sorted(KINDS, key=len, reverse=True) if kind.startswith(k)), "")
    if old and not meant:  # libbpf before 1.0 took whatever stood behind the kind
        meant = f'SEC("{old}")'
        why += " Since libbpf 1.0 only a slash and a hook may follow the kind."
    guess = near(kind, [*KINDS]) if not meant else f"Write {meant}."
    return LabError(
        "section",
        f"There is no kind of program that {safe_text(section, 80)!r} names.",
        place=place,
        why=why,
        fix=guess or f"Begin it with {', '.join(list(KINDS)[:8])} or another of libbpf's kinds.",
    )


def no_target(source: Source, function: str, name: str) -> LabError:
    """Return the fault of a section that binds a program to *name*, which the kernel lacks."""
    section, place = sections(source).get(function, ("", None))
    kind = section.partition("/")[0].removesuffix(".s")
    if not place:
        place = next((p for p in source.lines if f'/{name}"' in p.text), None)
    if not name:
        return LabError(
            "section",
            f'SEC("{section}") does not say where {function} belongs.',
            place=place or head(source, function),
            why="The kernel checks such a program for its hook when it is loaded.",
            fix=f'Name it in the section, as in SEC("{kind}/{_EXAMPLES.get(kind, "vfs_read")}").',
        )
    what, known = "function", ""
    if kind == "tp_btf":
        what = "tracepoint"
        events = {e.partition(":")[2] for e in tracepoints.names() if not e.startswith("syscalls:")}
        known = near(name, events)
    elif kind in ("lsm", "iter"):
        what = {"lsm": "LSM hook", "iter": "iterator"}[kind]
        hooks = {n[8:] for n in kallsyms.functions() if n.startswith("bpf_lsm_")}
        known = near(name, hooks) if kind == "lsm" else ""
    elif names := kallsyms.near(name):
        known = f"Did you mean {' or '.join(names)}?"
    return LabError(
        "no-hook",
        f"This kernel has no {what} {name}.",
        place=place,
        why="libbpf looks for it among the kernel's types (/sys/kernel/btf/vmlinux).",
        fix=known or "Check its name.",
    )


def no_sleep_at(source: Source, function: str, hook: str) -> LabError:
    """Return the fault of a program whose section says that it may sleep, at a *hook* like most."""
    return LabError(
        "not-sleepable",
        f"At {safe_text(hook, 80)} no program may sleep.",
        place=sections(source).get(function, ("", None))[1],
        why="The kernel lets a program sleep only where it may sleep itself, and knows such "
        "places: LSM hooks, some functions, and since Linux 7.2 the tracepoints of system calls.",
        fix="Use another hook, or leave out .s: then the program may call nothing that sleeps.",
    )


def may_sleep(source: Source, function: str) -> bool:
    """Say whether the section of *function* ends its kind with ``.s``: the program may sleep."""
    return sections(source).get(function, ("", None))[0].partition("/")[0].endswith(".s")


def other_context(source: Source, text: Declarations) -> Iterator[LabError]:
    """Yield the faults of programs that read a context of another type than their section says."""
    for function, (section, place) in sections(source).items():
        struct, name = context(source, function)
        wanted, fits = type_of(section), types_of(struct)
        body = text.functions.get(function)
        if wanted not in _CONTEXTS or not fits or wanted in fits or not body:
            continue
        if not re.search(rf"\b{name}\b", text.code[body.begin : body.end]):
            continue  # it reads none, and works
        yield LabError(
            "context",
            f'{function} takes struct {struct}, and SEC("{section}") is for programs of type '
            f"{wanted}.",
            place=body.place,
            also=((place, f"the section says {wanted}"),) if place != body.place else (),
            why=f"struct {struct} is the context of type {fits[0]}. Loaded as another type, the "
            "program would read the wrong bytes.",
            fix=f"Let it take {_CONTEXTS[wanted]}, or write {_suggested(source, function)}.",
        )


_CONTEXTS = {  # of some types, and what their programs take
    "tracepoint": "void *ctx (vmlinux.h has a struct of each event: struct trace_event_raw_…)",
    "raw_tracepoint": "struct bpf_raw_tracepoint_args *ctx",
    "kprobe": "struct pt_regs *ctx",
    "perf_event": "struct bpf_perf_event_data *ctx",
    "xdp": "struct xdp_md *ctx",
    "socket_filter": "struct __sk_buff *skb",
    "sched_cls": "struct __sk_buff *skb",
    "sched_act": "struct __sk_buff *skb",
    "sock_ops": "struct bpf_sock_ops *ctx",
    "sk_msg": "struct sk_msg_md *ctx",
}
_EXAMPLES = {"tp_btf": "sched_switch", "lsm": "file_open", "iter": "task"}


def _suggested(source: Source, function: str) -> str:
    """Return a section for *function*, by what it takes."""
    said = role(source, function)
    kind = next(iter(said.types), "tracepoint")
    names = {
        "kprobe": f'SEC("kprobe/{said.hook or "FUNCTION"}")',
        "raw_tracepoint": f'SEC("raw_tp/{said.hook or "EVENT"}")',
        "socket_filter": 'SEC("socket")',
        "sched_cls": 'SEC("tc")',
        "xdp": 'SEC("xdp")',
        "perf_event": 'SEC("perf_event")',
        "sock_ops": 'SEC("sockops")',
    }
    example = said.hook.replace(":", "/") or "syscalls/sys_enter_execve"
    return names.get(kind, f'its section, as in SEC("tp/{example}"),')
