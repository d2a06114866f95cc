"""What programs, callbacks and functions return."""

from __future__ import annotations

import re

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.refusal import Refusal, says


def returned(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a result that the kernel has no meaning for."""
    callback = "callback" in found[1]
    rows, made = refusal.history("R0")
    frame = refusal.step.frame if refusal.step else 0
    ways = [made, *(at for at, _ in reversed(rows))]
    inside = (refusal.place(at) for at in ways if at >= 0 and refusal.walk.steps[at].frame == frame)
    place = next((one for one in inside if one and "return" in one.text), None)
    value = re.search(
        r"(?:smin|umin)=(-?\d+) (?:smax|umax)=(-?\d+)|has value \((0x[\da-f]+|\d+); 0x0\)", found[0]
    )
    low = value and (value[1] or value[3])
    one = value and (value[3] or value[1] == value[2])
    if one and low and place is None:
        number = int(low, 0)
        ends = [
            line
            for line in ctext.body(refusal.source, refusal.function)
            if re.search(rf"\breturn\s+\(?{number}\b", line.text)
        ]
        place = ends[0] if len(ends) == 1 else None
    allowed = re.search(
        r"should have been in \(?\[?(0x[\da-f]+|-?\d+)[;,] (0x[\da-f]+|-?\d+)", found[0]
    )
    span = ""
    if allowed:
        low_ok, high_ok = int(allowed[1], 0), int(allowed[2], 0)
        if "(" in found[0].partition("have been in")[2]:  # value and mask, before Linux 6.8
            high_ok = low_ok | high_ok
        span = f"{low_ok}" if low_ok == high_ok else f"{low_ok} or {high_ok}"
        span = span if high_ok - low_ok < 2 else f"a number from {low_ok} to {high_ok}"
    what = "This callback" if callback else "A program at this hook"
    return refusal.error(
        "return-value",
        f"{what} may return {int(low, 0)}, which has no meaning for the kernel."
        if one and low
        else f"{what} may return a number that means nothing to the kernel.",
        place=place,
        why=(f"It must return {span}" if span else "Only some numbers mean something")
        + (": 0 to go on, 1 to stop." if callback and span == "0 or 1" else "."),
        fix=f"Return {span or 'one of those'}, and let the verifier see it: write the number"
        + (", or !!n, which is 0 or 1." if span == "0 or 1" else ", or compare it first."),
    )


def void(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a global function that returns nothing."""
    head = next(iter(ctext.body(refusal.source, found[1])), None)
    return refusal.error(
        "function",
        f"{found[1]} returns no number.",
        place=head,
        why="A function that is not static is verified alone, and must return a number.",
        fix=f"Write static in front of {found[1]}, or let it return an int.",
    )


caller = says(
    "function",
    "{1} is called with arguments that the verifier did not expect.",
    why="A function that is not static is verified alone: by the types of its arguments.",
    fix="Write static in front of {1}: then it is verified where it is called.",
)


RULES = (
    (
        r"^(At (?:program exit|callback return|async callback|subprogram exit)) the register R0 .*",
        returned,
    ),
    (r"^Global function (\w+)\(\) doesn't return scalar", void),
    (r"^Caller passes invalid args into func#\d+ \('(\w+)'\)", caller),
)
