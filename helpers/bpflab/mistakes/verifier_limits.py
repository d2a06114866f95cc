"""What the verifier refuses of a program as a whole: loops, size, stack, functions, structure."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext
from bpflab.mistakes.refusal import Refusal

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
        why="The verifier must see an end to every path; here a round changes nothing it can "
        "count.",
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


def stacks(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain frames that need too much stack together."""
    return refusal.error(
        "stack",
        f"The {found[1]} functions that call each other here need {found[2]} bytes of stack "
        "together.",
        why="A caller's variables wait on the stack under those of the function it calls, and all "
        "of them share the 512 bytes.",
        fix="Keep the large ones in a map or, without BCC, in static variables.",
    )


def tail_call_stack(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a tail call below a deep stack."""
    return refusal.error(
        "tail-call-stack",
        f"A called function makes a tail call while its callers hold {found[1]} bytes of stack.",
        why="The tail call gives back its own frame, but its callers' stay: at most 33 times in a "
        "row. So these may hold less than 256 bytes.",
        fix="Make the tail call in the program itself, or keep the callers' variables in a map.",
    )


def tail_call_mixed(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a tail call in a program that also calls functions."""
    return refusal.error(
        "function",
        "This program makes a tail call, and calls a function.",
        why="On this machine the two cannot be mixed.",
        fix="Write static inline in front of the function: then it is no call.",
    )


def unset(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a register that is read and was not written on some path."""
    text = refusal.text()
    step = refusal.step
    if step and step.code.startswith("(95)"):
        given = re.search(r"\breturn\s+(\w+)\s*;", text)
        name = given[1] if given and not given[1].isdigit() else ""
        return refusal.error(
            "uninitialised",
            f"{name} is returned, and has no value on some path."
            if name
            else "The program ends without a value to return, on some path.",
            why="What a program returns is in register 0, which nothing has written here.",
            fix=f"Give {name} a value where it is declared: {name} = 0."
            if name
            else "End each path with return 0;",
        )
    names = [n for n in re.findall(r"[A-Za-z_]\w*", text) if _no_value(refusal, n)]
    name = names[0] if len(set(names)) == 1 else ""
    return refusal.error(
        "uninitialised",
        f"{name} is read, and has no value on some path."
        if name
        else f"Register {found[1]} is read, and holds nothing on some path.",
        why="The verifier has seen no instruction that writes it on this path."
        if name
        else "A call leaves its result in R0 and clears R1 to R5; a good tail call never returns.",
        fix=f"Give it a value where it is declared: {name} = 0."
        if name
        else "Give the variable a value on every path before it is read.",
    )


def unreachable(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain code that no path leads to."""
    place = refusal.place_of(int(found[1]))
    return refusal.error(
        "structure",
        "No path leads to this part of the program.",
        place=place,
        why="The compiler removes such code, unless assembly or goto hides it from the compiler.",
        fix="Remove it, or the jump that goes around it.",
    )


def divided(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a division by a constant 0."""
    return refusal.error(
        "division",
        "A number is divided by 0.",
        why="The divisor is 0 in every case.",
        fix="Divide by another number, or check the divisor.",
    )


def shifted(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a shift by too many bits."""
    return refusal.error(
        "shift",
        f"A number is shifted by {found[1]} bits.",
        why="A number of 64 bits can be shifted by 0 to 63, and one of 32 bits by 0 to 31.",
        fix="Shift by less, or make the number a u64.",
    )


def misaligned(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain an access at an offset that its size does not divide."""
    return refusal.error(
        "alignment",
        f"{found[1]} bytes are read or written at an offset that {found[1]} does not divide.",
        why="On this machine, or in this memory, a number must be at a multiple of its size.",
        fix="Copy the bytes with __builtin_memcpy, or order the struct's fields by size.",
    )


def spilled(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a pointer on the stack of which a part is overwritten or read."""
    return refusal.error(
        "pointer",
        "A part of a pointer that is kept on the stack is written or read.",
        why="The verifier follows a stored pointer as a whole; a part of it is no address.",
        fix="Copy the pointer as a whole: give both variables the same pointer type.",
    )


def _no_value(refusal: Refusal, name: str) -> bool:
    """Say whether a variable is declared in the function without a value."""
    declared = ctext.variable(refusal.source, name, refusal.here)
    if not declared or not declared.place.text.startswith((" ", "\t")):
        return False
    return not re.search(rf"\b{name}\s*(?:\[[^\]]*\])?\s*=", declared.place.text)


def _last_at(refusal: Refusal, insn: int) -> int:
    steps = refusal.walk.steps
    return next((at for at in range(len(steps) - 1, -1, -1) if steps[at].insn == insn), -1)


def _loops(refusal: Refusal) -> list[tuple[Place | None, str]]:
    """Return the loop of the function, if it has just one."""
    found = [p for p in ctext.body(refusal.source, refusal.function) if _LOOP.search(p.text)]
    return [(found[0], "the only loop of this function")] if len(found) == 1 else []


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
    (r"^infinite loop detected at insn (\d+)", loop),
    (r"^back-edge from insn (\d+)", back_edge),
    (r"sequence of (\d+) jumps is too complex", jumps),
    (r"program is too (?:large|complex)|jumps is too complex", too_large),
    (r"Program +too large \(\d+ insns\)", too_large),
    (r"^the call stack of (\d+) frames is too deep", frames),
    (r"^recursive call from (\w+)\(\)", recursion),
    (r"^R(\d+) !read_ok", unset),
    (r"^unreachable insn (\d+)", unreachable),
    (r"^div by zero|^BPF_(?:DIV|MOD) by zero", divided),
    (r"^invalid shift (-?\d+)", shifted),
    (r"^misaligned (?:\w+ )?access .* size (\d+)", misaligned),
    (
        r"^attempt to corrupt spilled pointer|^corrupted spill memory"
        r"|^invalid size of register spill",
        spilled,
    ),
)
