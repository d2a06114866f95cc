"""What the machine refuses, whatever the program: privileges, memory, descriptors, a map's size."""

from __future__ import annotations

import errno
from pathlib import Path

from bpflab.bindings import capabilities
from bpflab.errors import NO_DESCRIPTOR, LabError, no_descriptor
from bpflab.mistakes import maps
from bpflab.mistakes.rule import head, safe_log
from bpflab.source import Source

_OF_THE_NETWORK = (  # is_net_admin_prog_type, kernel/bpf/syscall.c
    *("sched_cls", "sched_act", "xdp", "lwt_in", "lwt_out", "lwt_xmit", "lwt_seg6local"),
    *("sk_skb", "sk_msg", "flow_dissector", "cgroup_device", "cgroup_sock", "cgroup_sock_addr"),
    *("cgroup_sockopt", "cgroup_sysctl", "sock_ops", "ext", "netfilter"),
)

_HOOKS = {"tracing": " for a function of the kernel (fentry, fexit)", "lsm": " for an LSM hook"}


def map_refused(
    source: Source, name: str, reason: OSError, sizes: maps.Sizes | None = None
) -> LabError:
    """Return the fault behind the errno of map *name*, which the kernel did not make."""
    if reason.errno == errno.EPERM:
        return no_privilege("The kernel lets this process make no map.")
    if reason.errno == errno.ENOMEM:
        return maps.no_memory(source, name, sizes)
    return short_of(source.name, reason) or maps.refusal(source, name, sizes, reason)


def no_privilege(message: str, log: str = "") -> LabError:
    """Return the fault of a process that may not do what *message* says."""
    return LabError(
        "privilege",
        message,
        why="That needs CAP_BPF and CAP_PERFMON.",
        fix="Start the lab with ./lab; ./lab doctor shows what is missing.",
        log=safe_log(log),
    )


def short_of(name: str, reason: OSError) -> LabError | None:
    """Return the fault where the process or the machine has too little of something."""
    if reason.errno in NO_DESCRIPTOR:
        return no_descriptor(f"to load {name}")
    if reason.errno == errno.ENOMEM:
        return LabError(
            "memory",
            f"The kernel has no memory for {name}: {reason.strerror}.",
            fix="Make its maps smaller, or close the kernels of other notebooks.",
        )
    return None


def of_type(error: LabError, source: Source, function: str, type: str) -> LabError:
    """Return *error*, of a program that was refused; a missing privilege with what its type takes.

    What this process may do is known, so where it may load such programs another reason is named.
    """
    if error.kind != "privilege":
        return error
    error.place = head(source, function)
    mine = capabilities.mask(Path("/proc/self/status").read_text(encoding="ascii"))
    if not mine >> capabilities.PERFMON & mine >> capabilities.BPF & 1:
        return error
    if type in _OF_THE_NETWORK and not mine >> capabilities.NET_ADMIN & 1:
        error.why = f"A program of type {type} needs CAP_NET_ADMIN as well."
        error.fix = "Start the lab as root, or load it with another tool."
        return error
    of_type = _HOOKS.get(type, f" as a program of type {type}" if type else "")
    error.message = f"The kernel does not let {function} be loaded{of_type}."
    error.why = (
        "This process has CAP_BPF and CAP_PERFMON, so it is the hook that is not allowed: the "
        "kernel was built without it, or a container forbids it."
    )
    error.fix = "Use a tracepoint, or run in a VM with a distribution's kernel."
    return error
