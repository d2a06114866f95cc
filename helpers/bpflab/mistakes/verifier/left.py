"""Programs that are no whole program: a call is left whose target is not there."""

from __future__ import annotations

import re

from bpflab.errors import LabError, Place
from bpflab.mistakes import ctext, library
from bpflab.mistakes.verifier.refusal import Refusal
from bpflab.mistakes.verifier.unmeant import call_without_target, made

_KEYWORDS = (
    *("if", "for", "while", "switch", "return", "sizeof", "do", "else", "case", "typeof"),
    *("offsetof", "defined", "_Alignof", "__attribute__", "asm", "volatile"),
)
_MOST_PARAMETERS = 5


def call_left(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call of a function that is not part of the program."""
    insn = call_without_target(refusal.instructions)
    place = refusal.place_of(insn) if insn is not None else None
    names = _called(refusal, [place] if place else ctext.body(refusal.source, refusal.function))
    if insn is not None and (by_compiler := made(refusal, insn, place, names)):
        return by_compiler
    if place is None and (len(names) != 1):
        return refusal.error(
            "call",
            "A call remains in the program, but the function is not part of it.",
            why=(
                "BCC loads each function alone, with what was inlined into it."
                if refusal.source.dialect == "bcc"
                else "The loader did not join the function to the program."
            )
            + " Of the kernel's functions a program can call only the helpers.",
            fix="Let the compiler inline your own functions (static, and at most five arguments); "
            "use a helper in the place of others."
            + (f" Here these are called: {', '.join(names)}." if names else ""),
        )
    at = place or _line_of(refusal, names[0])
    name = names[0] if len(names) == 1 else ""
    own = ctext.body(refusal.source, name) if name else []
    return _own(refusal, name, own, at) if own else _foreign(refusal, name, at)


def taken_for_another(refusal: Refusal, found: re.Match[str]) -> LabError | None:
    """Explain a call without a target that the verifier takes for a jump, or for one to itself."""
    is_left = call_without_target(refusal.instructions) is not None
    # One that libbpf relocated may lead to itself: f() { f(); }
    return call_left(refusal, found) if is_left and refusal.source.dialect == "bcc" else None


def _own(refusal: Refusal, name: str, body: list[Place], at: Place | None) -> LabError:
    """Explain a call of a function of the text, which was not inlined."""
    head = ""
    for one in body:
        head += " " + one.text
        if "{" in one.text:
            break
    found = re.search(rf"\b{name}\s*\(([^)]*)\)", head)
    many = len(found[1].split(",")) if found and found[1].strip() else 0
    above = refusal.source.lines[max(refusal.source.lines.index(body[0]) - 1, 0)].text
    also = [(body[0], f"{name} is defined here")]
    if "noinline" in head or "noinline" in above:
        why, fix = "It is declared noinline.", f"Write static inline, without noinline, for {name}."
    elif many > _MOST_PARAMETERS:
        why = f"It takes {many} arguments; a call in a BPF program takes at most five."
        fix = f"Write static __always_inline in front of {name}, or give it a pointer to a struct."
    else:
        why = "The compiler did not inline it: it may be too large, or call itself."
        fix = (
            f"Write static __always_inline in front of {name}; a function that calls itself "
            "becomes a loop."
        )
    return refusal.error(
        "call",
        f"The call of {name} remains: it was not inlined.",
        place=at,
        why=f"{why} BCC loads each function alone, so a call from one to another has no target.",
        fix=fix,
        also=also,
    )


def _foreign(refusal: Refusal, name: str, at: Place | None) -> LabError:
    """Explain a call of a function that is not in the text."""
    shown = name or "A function"
    message = (
        f"{shown} cannot be called from a program."
        if name
        else "A function is called here that is not part of the program."
    )
    why = (
        "A program can call the kernel's helpers, and its own functions where they are inlined. "
        "No other function of the kernel or of C can be called."
    )
    fix = library.advice(refusal.source, name)
    fix = fix or "Look for a helper that does it in bpf-helpers(7), or do it in Python."
    return refusal.error("call", message, place=at, why=why, fix=fix)


def _called(refusal: Refusal, lines: list[Place]) -> list[str]:
    """Return the functions that *lines* call and that could be left: no helpers, no macros."""
    text = " ".join(ctext.statement(refusal.source, p) for p in lines)
    text = re.sub(r'"(?:\\.|[^"\\])*"', '""', text)
    names = re.findall(r"(?<![\w.>])([A-Za-z_]\w*)\s*\(", text)
    found = [
        name
        for name in dict.fromkeys(names)
        if name not in _KEYWORDS
        and name != refusal.function
        and not name.startswith("bpf_")
        and not name.isupper()
        and not re.search(rf"^\s*#\s*define\s+{name}\b", refusal.source.code, re.M)
    ]
    outside = [name for name in found if not ctext.body(refusal.source, name)]
    return outside or found


def _line_of(refusal: Refusal, name: str) -> Place | None:
    body = ctext.body(refusal.source, refusal.function)
    return next((p for p in body if re.search(rf"\b{name}\s*\(", p.text)), None)


RULES = (
    (r"^last insn is not an exit or jmp", call_left),
    (r"^jump out of range from insn", taken_for_another),
    # A target of -1 is the call itself; here it is the first instruction.
    (r"^the call stack of \d+ frames is too deep|^recursive call from", taken_for_another),
)
