"""What the verifier refuses of what a program must give back: records, objects, locks."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.refusal import Refusal

_ENDS = {
    "bpf_ringbuf_reserve": ("A reserved record", "ringbuf_submit or ringbuf_discard"),
    "bpf_ringbuf_reserve_dynptr": (
        "A reserved record",
        "bpf_ringbuf_submit_dynptr or bpf_ringbuf_discard_dynptr",
    ),
    "bpf_sk_lookup_tcp": ("A socket", "bpf_sk_release"),
    "bpf_sk_lookup_udp": ("A socket", "bpf_sk_release"),
    "bpf_skc_lookup_tcp": ("A socket", "bpf_sk_release"),
}


def leak(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a path that ends with something that was not given back."""
    made = _step_of(refusal, int(found[1]))
    helper = refusal.helper(made)
    what, end = _ENDS.get(helper, ("An object of the kernel", "the function that releases it"))
    call = refusal.call(made) if made >= 0 else None
    if call and "." in call.shown:
        map = call.shown.partition(".")[0]
        end = end.replace("ringbuf", f"{map}.ringbuf")
    elif helper == "bpf_ringbuf_reserve":
        end = "bpf_ringbuf_submit or bpf_ringbuf_discard"
    branch = _branch(refusal, made)
    also = [(refusal.place(made), "reserved here" if "record" in what else "acquired here")]
    if branch >= 0:
        also.append((refusal.place(branch), "this condition leads to that end"))
    end_of_path = _return(refusal, branch)
    verb = "submitted nor discarded" if "record" in what else "given back"
    return refusal.error(
        "leak",
        f"{what} is {'neither' if 'nor' in verb else 'not'} {verb} on a path that ends here.",
        why="The ring waits for a reserved record for ever."
        if "record" in what
        else "The kernel would keep it for ever.",
        place=end_of_path,
        fix=f"Call {end} before this end of the program, too"
        + (f". {helper} needs that even where it fails." if "dynptr" in helper else "."),
        also=also,
    )


def not_a_record(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a submit of something that is not what reserve returned."""
    call = refusal.call()
    if not call:
        return None
    return refusal.error(
        "argument",
        f"{call.shown} is not given the start of a record.",
        why="It takes the pointer that ringbuf_reserve returned, unchanged.",
        fix="Give that pointer itself: not the address of a field, and not a pointer that was "
        "moved.",
    )


def unacquired(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain the release of something that was not acquired."""
    call = refusal.call()
    return refusal.error(
        "argument",
        f"{call.shown if call else 'A release'} is given something that this program did not get "
        "for itself.",
        why="Only what was acquired on this path can be released, and only once.",
        fix="Release the pointer that the acquiring function returned, once on each path.",
    )


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
    """Explain a lock in a map of BCC's, which has no types."""
    return refusal.error(
        "spin-lock",
        f"The map {found[1]} can hold no lock.",
        why="The kernel finds the lock by the types of the map, and a map of this text has none.",
        fix="Add with __sync_fetch_and_add, or use a per-CPU map: then no lock is needed.",
    )


def lock_missing(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a value without a lock, or a pointer to another byte of it."""
    return refusal.error(
        "spin-lock",
        "What is locked is no lock of a map's value.",
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
    branch = _branch(refusal, lock)
    return refusal.error(
        "spin-lock",
        "A path ends while the lock is held.",
        place=_return(refusal, branch),
        why="Everybody else would wait for the lock for ever.",
        fix="Call bpf_spin_unlock before this end, too.",
        also=[
            (refusal.place(lock), "locked here"),
            (refusal.place(branch) if branch >= 0 else None, "this condition leads to that end"),
        ],
    )


def not_locked(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an unlock without a lock."""
    return refusal.error(
        "spin-lock",
        "bpf_spin_unlock is called, and no lock is held.",
        why="On this path bpf_spin_lock was not called, or for another value.",
        fix="Call bpf_spin_lock with the same pointer first.",
    )


def dynptr_unset(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a dynptr that holds nothing."""
    call = refusal.call()
    name = call.arguments.get(f"R{int(found[1]) + 1}", "") if call else ""
    end = next(
        (
            at
            for at in refusal.way()
            if "_dynptr" in refusal.helper(at)
            and refusal.helper(at).split("_")[2] in ("submit", "discard")
        ),
        -1,
    )
    return refusal.error(
        "dynptr",
        f"{name or 'A dynptr'} points to no memory here.",
        why="It was submitted or discarded above."
        if end >= 0
        else "A dynptr must be made before it is used, by a helper such as "
        "bpf_ringbuf_reserve_dynptr or bpf_dynptr_from_mem.",
        fix="Write before it is submitted." if end >= 0 else "Make it first, above this line.",
        also=[(refusal.place(end), "given away here")] if end >= 0 else [],
    )


def dynptr_set(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a dynptr that is made anew while it still holds something."""
    return refusal.error(
        "dynptr",
        "A dynptr that is in use is overwritten.",
        why="What it points to could not be given back any more.",
        fix="Submit or discard it first, or use a second variable.",
    )


def _step_of(refusal: Refusal, insn: int) -> int:
    return next((at for at in refusal.way() if refusal.walk.steps[at].insn == insn), -1)


def _branch(refusal: Refusal, made: int) -> int:
    """Return the last condition between a step and the end, but for the check of NULL."""
    for at in refusal.way():
        if at <= made:
            return -1
        code = refusal.walk.steps[at].code
        test = re.match(r"\(\w\w\) if [rw](\d+) ", code)
        if test and "or_null" not in refusal.state(f"R{test[1]}", at):
            return at
    return -1


def _return(refusal: Refusal, branch: int) -> Place | None:
    """Return the line that ends the path, where the compiler names only the last brace for it."""
    if refusal.here is None or refusal.here.text.strip() != "}":
        return None
    condition = refusal.place(branch) if branch >= 0 else None
    if condition is None:
        return next(
            (
                place
                for place in reversed(ctext.body(refusal.source, refusal.function))
                if re.match(r"\s*return\b", place.text)
            ),
            None,
        )
    below = refusal.source.lines[refusal.source.lines.index(condition) + 1 :][:1]
    return next((place for place in below if re.match(r"\s*return\b", place.text)), None)


RULES = (
    (r"^Unreleased reference id=\d+ alloc_insn=(\d+)", leak),
    (r"^R\d+ must have zero offset when passed to release func", not_a_record),
    (r"^dereference of modified ringbuf_mem ptr", not_a_record),
    (r"^R\d+ must be referenced when passed to release function", unacquired),
    (r"^arg \d+ is an unacquired reference", unacquired),
    (r"^func \S+ reference has not been acquired before", unacquired),
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
    (r"^Expected an initialized dynptr as arg #(\d+)", dynptr_unset),
    (r"^Dynptr has to be an uninitialized dynptr|^cannot overwrite referenced dynptr", dynptr_set),
)
