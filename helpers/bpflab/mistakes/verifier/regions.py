"""Parts of a program that must end: those without preemption or interrupts, and under RCU."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes.verifier.references import branch_before, return_line
from bpflab.mistakes.verifier.refusal import Refusal

_ENDS = {
    "bpf_preempt_disable": "bpf_preempt_enable",
    "bpf_rcu_read_lock": "bpf_rcu_read_unlock",
    "bpf_local_irq_save": "bpf_local_irq_restore",
}
_WHY = {
    "bpf_preempt_disable": "The CPU would go on without preemption.",
    "bpf_rcu_read_lock": "The kernel would wait for this reader for ever.",
    "bpf_local_irq_save": "The CPU would go on without interrupts.",
}
_STATES = {
    "rcu_read_lock": "bpf_rcu_read_lock",
    "non-preemptible": "bpf_preempt_disable",
    "IRQ-disabled": "bpf_local_irq_save",
}
"""How the verifier calls such a part, and what begins it."""


def sleeps_inside(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call that may sleep, in a part of the program that may not."""
    begin = _STATES.get(found[2])
    if not begin:
        return None
    return refusal.error(
        "region",
        f"{found[1]} may sleep, and is called after {begin}.",
        why=f"Until {_ENDS[begin]} is called, nothing may sleep on this CPU."
        if begin != "bpf_rcu_read_lock"
        else f"The kernel keeps what is read under RCU until {_ENDS[begin]}, and a reader may not "
        "sleep.",
        fix=f"Call it before {begin}, and keep its result in a variable.",
        also=[(refusal.place(_last(refusal, begin)), f"{begin} is called here")],
    )


def not_ended(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a path that ends, or jumps to another program, before such a part has ended."""
    begin = next((b for b, end in _ENDS.items() if end == found[3]), found[2] or "")
    if begin not in _ENDS:
        return None
    at = _last(refusal, begin)
    branch = branch_before(refusal, at)
    end, jumps = _ENDS[begin], found[1] is not None
    return refusal.error(
        "region",
        f"A tail call is made before {end} is called."
        if jumps
        else f"A path ends before {end} is called.",
        place=None if jumps else return_line(refusal, branch),
        why=_WHY[begin],
        fix=f"Call {end} before this tail call." if jumps else f"Call {end} before this end, too.",
        also=[
            (refusal.place(at), f"{begin} is called here"),
            (refusal.place(branch) if branch >= 0 else None, "this condition leads to that end"),
        ],
    )


def not_begun(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the end of such a part that was not begun."""
    begin = next((b for b, end in _ENDS.items() if end == found[1]), "")
    if not begin:
        return None
    return refusal.error(
        "region",
        f"{found[1]} is called, and {begin} was not.",
        why=f"On this path {begin} was not called, or its end was called already.",
        fix=f"Call {begin} first, on each path that comes here.",
    )


def _last(refusal: Refusal, function: str) -> int:
    return next((at for at in refusal.way() if refusal.helper(at) == function), -1)


RULES = (
    (r"^sleepable helper (\w+)#\d+ (?:with)?in (\S+) region", sleeps_inside),
    (r"^kernel func (\w+) is sleepable within (\S+) region", sleeps_inside),
    # Linux 6.11 to 6.12, and before, counts what is missing.
    (
        r"^(?:(tail_call)|BPF_EXIT instruction in main prog) cannot be used inside (bpf_\w+)-ed "
        r"region|^(?:\d+ )?(bpf_\w+) (?:is|are) missing",
        not_ended,
    ),
    (r"^unmatched .* \(kernel function (\w+)\)", not_begun),
)
