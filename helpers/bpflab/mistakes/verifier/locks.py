"""Locks and timers."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.references import branch_before, return_line
from bpflab.mistakes.verifier.refusal import Refusal, says


def lock_kind(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a lock or a timer in a program that may have none."""
    what = found[2].removeprefix("bpf_").replace("_", " ")
    lock = "lock" in found[2]
    at = next((p for p in ctext.body(refusal.source, refusal.function) if found[2] in p.text), None)
    return refusal.error(
        "spin-lock" if lock else "timer",
        f"A program of this type may use no {what}.",
        place=at,
        why="A tracing program may run while the same CPU holds the lock, and would wait for ever."
        if lock and found[1] == "tracing"
        else f"The kernel allows no {what} in {found[1]} programs.",
        fix="Add with __sync_fetch_and_add, or use a per-CPU map: then no lock is needed."
        if lock
        else "Measure time with bpf_ktime_get_ns, or let user space do what comes later.",
    )


def lock_without_types(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a lock in a map of which the kernel knows no types."""
    sized = re.compile(r"__uint\(\s*(?:key|value)_size\b")
    place = next((p for p in refusal.source.lines if sized.search(p.text)), None)
    libbpf = refusal.source.dialect == "libbpf" and place is not None
    return refusal.error(
        "spin-lock",
        f"The map {found[1]} can hold no lock.",
        why="The kernel finds the lock by the types of the map, and this map has only the sizes "
        "of its keys and values."
        if libbpf
        else "The kernel finds the lock by the types of the map, and a map of this text has none.",
        fix="Write __type(key, …) and __type(value, …) in the place of key_size and value_size."
        if libbpf
        else "Add with __sync_fetch_and_add, or use a per-CPU map: then no lock is needed.",
        also=[(place, "sizes in the place of types")] if libbpf else [],
    )


lock_missing = says(
    "spin-lock",
    "This lock is not a field of a map's value.",
    why="The kernel finds the lock by the types of the map's value.",
    fix="Declare struct bpf_spin_lock lock; once in the value's struct, and lock &value->lock.",
)


def lock_touched(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a read or a write of a lock or a timer."""
    return refusal.error(
        "spin-lock" if "lock" in found[1] else "timer",
        f"A {found[1].removeprefix('bpf_').replace('_', ' ')} is read or written like a number.",
        why="Only its own functions may touch it.",
        fix="Leave this field out where you copy or set the value's fields.",
    )


def locked_call(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call while a lock is held."""
    call = refusal.call()
    lock = next((at for at in refusal.way() if refusal.helper(at) == "bpf_spin_lock"), -1)
    second = call and call.helper == "bpf_spin_lock"
    return refusal.error(
        "spin-lock",
        "A lock is taken while another is held."
        if second
        else f"{call.shown if call else 'A function'} is called while a lock is held.",
        why="A program can hold one lock at a time."
        if second
        else "While it holds a lock a program may call nothing but bpf_spin_unlock.",
        fix="Unlock first: bpf_spin_unlock."
        if second
        else "Call it before bpf_spin_lock, and keep its result in a variable.",
        also=[(refusal.place(lock), "locked here")],
    )


def lock_kept(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a path that ends with a lock held."""
    lock = next((at for at in refusal.way() if refusal.helper(at) == "bpf_spin_lock"), -1)
    branch = branch_before(refusal, lock)
    return refusal.error(
        "spin-lock",
        "A path ends while the lock is held.",
        place=return_line(refusal, branch),
        why="Everybody else would wait for the lock for ever.",
        fix="Call bpf_spin_unlock before this end, too.",
        also=[
            (refusal.place(lock), "locked here"),
            (refusal.place(branch) if branch >= 0 else None, "this condition leads to that end"),
        ],
    )


not_locked = says(
    "spin-lock",
    "bpf_spin_unlock is called, and no lock is held.",
    why="On this path bpf_spin_lock was not called, or for another value.",
    fix="Call bpf_spin_lock with the same pointer first.",
)


RULES = (
    (r"^(tracing|socket filter) progs cannot use (bpf_\w+) yet", lock_kind),
    (r"^map '([\w.]+)' has to have BTF in order to use bpf_spin_lock", lock_without_types),
    (r"^map '[\w.]+' has no valid bpf_spin_lock", lock_missing),
    (r"^off -?\d+ doesn't point to 'struct bpf_spin_lock'", lock_missing),
    (r"^(bpf_spin_lock|bpf_timer|bpf_wq) cannot be accessed directly by load/store", lock_touched),
    (r"^function calls are not allowed while holding a lock", locked_call),
    (r"^Locking two bpf_spin_locks are not allowed", locked_call),
    (r"cannot be used inside bpf_spin_lock-ed region|^bpf_spin_unlock is missing", lock_kept),
    (r"^bpf_spin_unlock without taking a lock", not_locked),
    (r"^bpf_spin_unlock of different lock", not_locked),
)
