"""Loops, complexity, and the stack of several functions."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.verifier.refusal import Refusal, says

_LOOP = re.compile(r"\b(?:for|while|do)\b\s*[({]")
_BOUND = "Give it a bound that is a number: for (int i = 0; i < 64; i++)."


def loop(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a loop whose rounds are all alike."""
    place = refusal.place(_last_at(refusal, int(found[1]))) or refusal.place_of(int(found[1]))
    head = _loop_above(refusal, place)
    return refusal.error(
        "loop",
        "This loop may never end.",
        place=place,
        why="The verifier must see an end to every path. It sees nothing in this loop that leads "
        "to one.",
        fix=f"{_BOUND} Leave it with break where it should end sooner.",
        also=[(head, "the loop begins here")],
    )


def back_edge(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a jump back, which the verifier follows in no program of this process."""
    place = refusal.place_of(int(found[1])) or refusal.here
    return refusal.error(
        "loop",
        "This loop may never end.",
        place=place,
        why="The verifier must see an end to every path.",
        fix=_BOUND,
    )


def jumps(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a path on which too many branches wait."""
    return refusal.error(
        "too-complex",
        f"One path through this program leaves {found[1]} branches to be looked at later.",
        why="At each jump that may go either way the verifier follows one way and remembers the "
        "other: at most 8192 at a time.",
        fix="Shorten the loop, or let bpf_loop() run its body.",
        also=_loops(refusal),
    )


def too_large(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a program with too many paths."""
    if again := _recursion(refusal):
        return again
    return refusal.error(
        "too-complex",
        "The verifier gave up before it had seen every path.",
        why="It follows at most a million instructions over all paths, loops unrolled.",
        fix="Shorten the loop, or split the program with tail calls.",
        also=_loops(refusal),
    )


def frames(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain functions that call each other too deeply."""
    return _recursion(refusal) or refusal.error(
        "stack",
        f"Functions call each other {found[1]} deep.",
        why="A program and the functions that it calls may be at most 8 deep.",
        fix="Let one function do the work of two, or write static inline.",
    )


def recursion(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a function that calls itself, which newer kernels name."""
    return _recursive(refusal, found[1]) if found[1] else _recursion(refusal)


stacks = says(
    "stack",
    "The {1} functions that call each other here need {2} bytes of stack together.",
    why="A caller's variables wait on the stack under those of the function it calls, and all of "
    "them share the 512 bytes.",
    fix="Keep the large ones in a map or, without BCC, in static variables.",
)


tail_call_stack = says(
    "tail-call-stack",
    "A called function makes a tail call while its callers hold {1} bytes of stack.",
    why="The tail call gives back its own frame, but its callers' stay: at most 33 times in a "
    "row. So the callers may hold less than 256 bytes.",
    fix="Make the tail call in the program itself, or keep the callers' variables in a map.",
)


tail_call_mixed = says(
    "function",
    "This program makes a tail call, and calls a function.",
    why="On this machine the two cannot be mixed.",
    fix="Write static inline in front of the function: then it is no call.",
)


def _last_at(refusal: Refusal, insn: int) -> int:
    steps = refusal.walk.steps
    return next((at for at in range(len(steps) - 1, -1, -1) if steps[at].insn == insn), -1)


def _loops(refusal: Refusal) -> list[tuple[Place | None, str]]:
    """Return the loop of the function, if it has just one."""
    found = [p for p in ctext.body(refusal.source, refusal.function) if _LOOP.search(p.text)]
    if not found:
        found = _jumps_back(refusal)
    return [(found[0], "the only loop of this function")] if len(found) == 1 else []


def _jumps_back(refusal: Refusal) -> list[Place]:
    """Return the lines with a goto to a label above."""
    labels, found = set[str](), list[Place]()
    for place in ctext.body(refusal.source, refusal.function):
        if any(name in labels for name in re.findall(r"\bgoto\s+(\w+)", place.text)):
            found.append(place)
        labels.update(re.findall(r"(?:^|[;{}])\s*(\w+)\s*:(?!:)", place.text))
    return found


def _loop_above(refusal: Refusal, place: Place | None) -> Place | None:
    above: Place | None = None
    for one in ctext.body(refusal.source, refusal.function):
        if _LOOP.search(one.text) and (place is None or one.line <= place.line):
            above = one
    return above


def _recursion(refusal: Refusal) -> LabError | None:
    """Return the fault of a function that calls itself, if the text has one."""
    heads = re.findall(r"\b(\w+)\s*\([^(){};]*\)\s*\{", refusal.source.code)
    for name in dict.fromkeys(heads):
        lines = ctext.body(refusal.source, name)
        if any(re.search(rf"\b{name}\s*\(", p.text) for p in lines[1:]):
            return _recursive(refusal, name)
    return None


def _recursive(refusal: Refusal, name: str) -> LabError:
    lines = ctext.body(refusal.source, name)
    again = next((p for p in lines[1:] if re.search(rf"\b{name}\s*\(", p.text)), None)
    return refusal.error(
        "too-complex",
        f"{name} calls itself.",
        place=again or (lines[0] if lines else None),
        why="The verifier follows every call. It sees no end here, and a program has at most 8 "
        "functions on its stack.",
        fix="Write a loop with a constant bound in its place.",
    )


RULES = (
    (r"^infinite loop detected at insn (\d+)", loop),
    (r"^back-edge from insn (\d+)", back_edge),
    (r"sequence of (\d+) jumps is too complex", jumps),
    (r"program is too (?:large|complex)|jumps is too complex", too_large),
    (r"Program +too large \(\d+ insns\)", too_large),
    (r"^the call stack of (\d+) frames is too deep", frames),
    (r"^recursive call from (\w+)\(\)", recursion),
    (r"^combined stack size of (\d+) calls is (\d+)", stacks),
    (
        r"^tail_calls are not allowed when call stack of previous frames is (\d+) bytes",
        tail_call_stack,
    ),
    (
        r"^tail_calls are not allowed in (?:programs|non-JITed programs) with bpf-to-bpf",
        tail_call_mixed,
    ),
    (r"^mixing of tail_calls and bpf-to-bpf calls is not supported", tail_call_mixed),
)
