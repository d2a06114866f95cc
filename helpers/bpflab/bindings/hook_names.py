"""Which hook a name is, and whether a program of some type can be attached to it."""

from __future__ import annotations

import re

from bpflab.bindings import kallsyms, perfevent, tracepoints
from bpflab.errors import LabError
from bpflab.text import near, safe_text

BOUND = ("tracing", "lsm")
"""The types whose programs are loaded for one hook."""

_OF_ONE_CALL = re.compile(r"(?:syscalls:)?(sys_(?:enter|exit))_")
_KPROBE = re.compile(r"(k(?:ret)?probe|ksyscall|kretsyscall)[:/]")
_USER = re.compile(r"(?:u(?:ret)?probe|usdt)\b[:/]?|/|\./|libc:|lib[\w.]+\.so\b")
_PLACES = {  # where programs of these types belong
    "xdp": "a network interface",
    "sched_cls": "the traffic control (tc) of a network interface",
    "sched_act": "the traffic control (tc) of a network interface",
    "socket_filter": "a socket",
    "perf_event": "a perf event, such as a timer or a counter of the processor",
    "cgroup_skb": "a cgroup",
    "cgroup_sock": "a cgroup",
    "cgroup_sock_addr": "a cgroup",
    "cgroup_sockopt": "a cgroup",
    "cgroup_device": "a cgroup",
    "cgroup_sysctl": "a cgroup",
    "sock_ops": "a cgroup",
    "sk_skb": "a map of sockets",
    "sk_msg": "a map of sockets",
    "tracing": "a function, a tracepoint or an iterator that its section names",
    "sk_lookup": "a network namespace",
    "struct_ops": "a struct of functions of the kernel",
}
_TRIED = ("xdp", "sched_cls", "sched_act", "socket_filter", "cgroup_skb")


def check(
    program_type: str, function: str, target: str, takes: str = "", dialect: str = "bcc"
) -> None:
    """Refuse a hook that is not there or takes another type, as far as one can say beforehand.

    *takes* is the tracepoint's struct that the program has for its context, if it has one.

    Raises:
        LabError: ``no-tracefs``, ``no-tracepoint``, ``no-kprobes`` or ``attach``.
    """
    if "\0" in target or any(0xD800 <= ord(c) <= 0xDFFF for c in target):  # no name of the kernel's
        raise LabError("no-tracepoint", f"There is no hook {safe_text(target, 80)!r}.")
    if program_type not in ("kprobe", "tracepoint", "raw_tracepoint", *BOUND):
        raise not_here(program_type, function)
    if not tracepoints.exists(target) and _USER.match(target):
        raise _user_function(function, target)
    if program_type == "kprobe":
        if tracepoints.exists(target):
            raise _misfit(function, "kprobe", target, "tracepoint", dialect)
        kprobe(target)
    elif program_type == "tracepoint":
        _tracepoint(function, target, takes, dialect)
    elif program_type == "raw_tracepoint" and (":" in target or _OF_ONE_CALL.match(target)):
        raise no_raw_tracepoint(function, target, dialect)  # others need not stand in tracefs


def kprobe(target: str) -> tuple[str, bool]:
    """Return the kernel's function that *target* names, and whether its return is meant.

    ``kprobe:x`` and ``kretprobe:x`` are x; ``ksyscall:x`` and ``sys_x`` are the function of the
    system call, as this kernel calls it.

    Raises:
        LabError: ``no-kprobes``, or ``attach`` where there is no such function.
    """
    if not perfevent.KPROBES.exists():
        raise LabError(
            "no-kprobes",
            "This kernel has no kprobes.",
            why="It was built without CONFIG_KPROBES.",
            fix="Use a tracepoint, or run in a VM with a distribution's kernel.",
        )
    found = _KPROBE.match(target)
    kind, name = (found[1], target[found.end() :]) if found else ("kprobe", target)
    returns = kind.startswith("kret")
    known = kallsyms.functions()
    if name in known and not kind.endswith("syscall"):
        return name, returns
    call = name.removeprefix("sys_")
    if (kind.endswith("syscall") or call != name) and (function := kallsyms.syscall(call)):
        return function, returns
    names = kallsyms.near(name)
    raise LabError(
        "attach",
        f"The kernel has no function {safe_text(name, 80)!r}.",
        why="A kprobe is set on a function of /proc/kallsyms; one that was inlined is not there.",
        fix=f"Did you mean {' or '.join(names)}?" if names else "",
    )


def no_raw_tracepoint(function: str, target: str, dialect: str = "bcc") -> LabError:
    """Return the fault of a name that is no raw tracepoint."""
    events = [e for e in tracepoints.names() if not e.startswith("syscalls:")]
    of_one = _OF_ONE_CALL.match(target)
    if not of_one and ":" not in target and target in kallsyms.functions():
        return _misfit(function, "raw_tracepoint", target, "kprobe", dialect)
    all_calls = f"Attach it to {of_one[1]}, which comes at every system call." if of_one else ""
    name = re.split(r"[:/.\s]", target.strip())[-1]
    return LabError(
        "no-tracepoint",
        f"There is no raw tracepoint {safe_text(target, 80)!r}.",
        why="A raw tracepoint is called by its event alone, as in sys_enter or sched_switch.",
        fix=all_calls or near(name, {e.partition(":")[2] for e in events}),
    )


def not_here(program_type: str, function: str) -> LabError:
    """Return why the lab attaches no program of this type."""
    place = _PLACES.get(program_type)
    fix = ""
    if program_type in _TRIED:
        fix = f'Run it on a packet of zeros: program.invoke("{function}").'
    elif program_type == "perf_event":
        fix = "Use BCC's own Python: BPF(text=…).attach_perf_event(…)."
    return LabError(
        "attach",
        f"{function} is a program of type {program_type}, which the lab does not attach.",
        why=f"Such a program belongs to {place}." if place else "",
        fix=fix,
    )


def _tracepoint(function: str, target: str, takes: str, dialect: str) -> None:
    try:
        tracepoints.number(target)
    except LabError as error:
        named = _KPROBE.sub("", target)
        if error.kind == "no-tracepoint" and (named != target or named in kallsyms.functions()):
            raise _misfit(function, "tracepoint", target, "kprobe", dialect) from None
        raise
    if takes and (other := tracepoints.other_than(target, takes)):
        raise LabError(
            "attach",
            f"{function} takes the event of {other}, and cannot be attached to {target}.",
            why="The fields of the two differ: it would read the wrong bytes.",
            fix=f"Let it take struct {tracepoints.struct_of(target)} *, or attach it to {other}.",
        )


def _user_function(function: str, target: str) -> LabError:
    return LabError(
        "attach",
        f"{function} cannot be attached to {safe_text(target, 80)}: the lab attaches no uprobes.",
        why="That is a function or a probe of a user's program, not of the kernel.",
        fix="Use a tracepoint of the system call that it makes, or BCC's own Python: "
        "BPF(text=…).attach_uprobe(…).",
    )


def _misfit(function: str, is_one: str, target: str, wanted: str, dialect: str) -> LabError:
    shown = safe_text(target, 80)
    if wanted == "tracepoint":
        what, holds = "a tracepoint", "the fields of its event"
        context, section = f"struct {tracepoints.struct_of(target)} *ctx", f"tp/{target}"
    else:
        what, holds = "a function of the kernel", "the registers of the processor"
        context, section = "struct pt_regs *ctx", f"kprobe/{_KPROBE.sub('', target)}"
    if dialect == "libbpf":
        fix = f'Write SEC("{section.replace(":", "/")}") above it.'
    elif wanted == "kprobe":
        fix = f"Let it take {context}, and load it without type=."
        fix += "" if perfevent.KPROBES.exists() else " But this kernel has no kprobes."
    else:
        fix = f"Let it take {context}, and load it without type=."
    return LabError(
        "attach",
        f"{function} is a program of type {is_one}, and {shown} is {what}.",
        why=f"There, a program finds {holds} in its context; a {is_one} program reads it as "
        "something else.",
        fix=fix,
    )
