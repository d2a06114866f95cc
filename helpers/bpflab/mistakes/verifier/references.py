"""What a program must give back: records and objects."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.refusal import Refusal, says

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
    branch = branch_before(refusal, made)
    also = [(refusal.place(made), "reserved here" if "record" in what else "acquired here")]
    if branch >= 0:
        also.append((refusal.place(branch), "this condition leads to that end"))
    end_of_path = return_line(refusal, branch)
    verb = "submitted nor discarded" if "record" in what else "given back"
    return refusal.error(
        "leak",
        f"{what} is {'neither' if 'nor' in verb else 'not'} {verb} on a path that ends here.",
        why="The ring waits for a reserved record for ever."
        if "record" in what
        else "The kernel would keep it for ever.",
        place=end_of_path,
        fix=f"Call {end} before this end of the program, too"
        + (f". {helper} needs that even if it fails." if "dynptr" in helper else "."),
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
        f"{call.shown if call else 'A release'} is given something that this program did not "
        "acquire.",
        why="Only what was acquired on this path can be released, and only once.",
        fix="Release the pointer that the acquiring function returned, once on each path.",
    )


def dynptr_unset(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a dynptr that holds nothing."""
    call = refusal.call()
    register = f"R{int(found[1]) + 1}" if found[1] else found[2]
    name = call.arguments.get(register, "") if call else ""
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


dynptr_set = says(
    "dynptr",
    "A dynptr that is in use is overwritten.",
    why="What it points to could then never be given back.",
    fix="Submit or discard it first, or use a second variable.",
)


def _step_of(refusal: Refusal, insn: int) -> int:
    return next((at for at in refusal.way() if refusal.walk.steps[at].insn == insn), -1)


def branch_before(refusal: Refusal, made: int) -> int:
    """Return the last condition between a step and the end, but for the check of NULL."""
    for at in refusal.way():
        if at <= made:
            return -1
        code = refusal.walk.steps[at].code
        test = re.match(r"\(\w\w\) if [rw](\d+) ", code)
        if test and "or_null" not in refusal.state(f"R{test[1]}", at):
            return at
    return -1


def return_line(refusal: Refusal, branch: int) -> Place | None:
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
    if place := next((place for place in below if re.match(r"\s*return\b", place.text)), None):
        return place
    ends = [
        place
        for place in ctext.body(refusal.source, refusal.function)
        if re.match(r"\s*return\b", place.text) and place.line > condition.line
    ]
    return ends[0] if len(ends) == 1 else None


RULES = (
    (r"^Unreleased reference id=\d+ alloc_insn=(\d+)", leak),
    (r"^R\d+ must have zero offset when passed to release func", not_a_record),
    (r"^dereference of modified (?:ringbuf|alloc)_mem ptr", not_a_record),
    (r"^R\d+ must be referenced when passed to release function", unacquired),
    (r"^(?:arg |R)\d+ is an unacquired reference", unacquired),
    (r"^func \S+ reference has not been acquired before", unacquired),
    # From Linux 7.3 on by its register.
    (r"^Expected an initialized dynptr as (?:arg #(\d+)|(R\d+))", dynptr_unset),
    (r"^Dynptr has to be an uninitialized dynptr|^cannot overwrite referenced dynptr", dynptr_set),
)
