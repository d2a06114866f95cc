"""Programs that may sleep, and what may sleep in them."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes.sections import no_sleep_at, sections
from bpflab.mistakes.verifier.refusal import Refusal

_TRACEPOINTS = ("tp", "tracepoint", "raw_tp", "raw_tracepoint", "tp_btf")


def sleeps(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a helper or a function of the kernel that may sleep, in a program that may not."""
    call = refusal.call()
    name = (call.helper if call else "") or found[1] or "This helper"
    copies = {"bpf_copy_from_user": "bpf_probe_read_user"}
    copies["bpf_copy_from_user_str"] = "bpf_probe_read_user_str"
    return refusal.error(
        "helper-type",
        f"{name} may sleep, and this program may not.",
        why="Most hooks are called where the kernel cannot sleep.",
        fix=f"Use {copies[name]}, which fails where the memory is not there."
        if name in copies
        else "Use it in a program whose section ends the type with .s, as lsm.s or fentry.s.",
    )


def no_map(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a map that a program that may sleep cannot use."""
    return refusal.error(
        "map-type",
        f"{refusal.function} may sleep, and uses a map that such programs cannot use.",
        why="The kernel allows them hashes, arrays, ring buffers, queues and maps that belong to a "
        "task or another object.",
        fix="Send events through a ring buffer, and leave perf buffers, stacks and tries to "
        "programs that may not sleep.",
        also=[(_section(refusal), "the .s of this section says that it may sleep")],
    )


def no_such_programs(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a section that ends its type with .s on a kernel that has no such programs."""
    kind = _kind(refusal)
    at_tracepoints = kind.removesuffix(".s") in _TRACEPOINTS
    return refusal.error(
        "not-sleepable",
        "This kernel lets no program at a tracepoint sleep."
        if at_tracepoints
        else f"{refusal.function} may not sleep, because of its type.",
        place=_section(refusal),
        why="Programs at the tracepoints of system calls may sleep since Linux 7.2; before that, "
        "some at functions (fentry.s) and LSM hooks (lsm.s) may."
        if at_tracepoints
        else "Programs may sleep at some functions (fentry.s), at LSM hooks (lsm.s), and at the "
        "tracepoints of system calls since Linux 7.2.",
        fix="Use another hook, or leave out .s: then the program may call nothing that sleeps.",
    )


def not_at_this_hook(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a hook at which no program may sleep."""
    return no_sleep_at(refusal.source, refusal.function, found[1])


def _section(refusal: Refusal) -> Place | None:
    return sections(refusal.source).get(refusal.function, ("", None))[1]


def _kind(refusal: Refusal) -> str:
    section = sections(refusal.source).get(refusal.function, ("", None))[0]
    return section.removeprefix("?").partition("/")[0]


RULES = (
    (r"^()helper call might sleep in a non-sleepable prog", sleeps),
    (r"^sleepable (?:helper|kfunc) (\w+)(?:#\d+)? in non-sleepable prog", sleeps),
    (r"^program must be sleepable to call sleepable kfunc (\w+)", sleeps),
    (r"^Sleepable programs can only use ", no_map),
    (r"^Only .* programs can be sleepable", no_such_programs),
    (r"^(\w+) is not sleepable", not_at_this_hook),
    (r"^Sleepable program cannot attach to non-faultable tracepoint (\w+)", not_at_this_hook),
)
