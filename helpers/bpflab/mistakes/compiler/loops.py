"""Loops that the compiler takes for a memset or a memcpy."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpflab.errors import LabError
from bpflab.mistakes import ctext
from bpflab.mistakes.compiler.case import Case

_HEAD = re.compile(r"\b(?:for|while)\s*\(((?:[^()]|\([^()]*\))*)\)\s*")
_DO = re.compile(r"\bdo\s*(?=\{)")
_NAME = r"[A-Za-z_][\w.]*(?:->[\w.]+)*"
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ENDED = {">=": "<", ">": "<=", "==": "<"}
"""By the comparison that leaves a loop: the one that stays in it."""


@dataclass(frozen=True)
class _Loop:
    """A loop of the text: what stands in its parentheses, and what it does."""

    head: str
    body: str

    @property
    def condition(self) -> str:
        """What keeps a ``for`` going; nothing of another loop."""
        _, _, rest = self.head.partition(";")
        return rest.partition(";")[0]


def made(case: Case, function: str) -> LabError | None:
    """Return the refusal of *function* that the compiler made of a loop, or None if it did not.

    Its length is not known; one that is known is too large (`arithmetic`).
    """
    loop = None if re.search(r"mem(?:set|cpy|move)", case.line) else _around(case)
    ends = _ends(case, loop) if loop else []
    if not loop or (not ends and _is_counted(case, loop)):
        return None
    return case.error(
        "builtin",
        f"The compiler turns this loop into a {function}, and the kernel has no {function} for a "
        "length that is not known when it is compiled.",
        "There is no C library in the kernel. Where the length is known, the compiler writes "
        "instructions in its place.",
        f"Go over all bytes, and write inside an if: {_advice(case, loop, ends)}",
    )


def _around(case: Case) -> _Loop | None:
    """Return the innermost loop that the refused line is in."""
    declared, function = case.declared, case.declared.around(case.fault.place)
    if not function or not case.fault.place:
        return None
    row = case.source.lines.index(case.fault.place)
    found = None
    heads = [*_HEAD.finditer(declared.code), *_DO.finditer(declared.code)]
    for head in sorted(heads, key=lambda one: one.start()):
        if not function.begin <= head.start() < function.end:
            continue
        stop = re.compile(r"[;{]").search(declared.code, head.end())
        if not stop:
            continue
        end = declared.closing(stop.end()) if stop[0] == "{" else stop.start()
        first, last = (declared.code.count("\n", 0, at) for at in (head.start(), end))
        if first <= row <= last:
            found = _Loop(head[1] if head.lastindex else "", declared.code[head.end() : end])
    return found


def _counter(loop: _Loop) -> tuple[str, str, str]:
    """Return the type, the name and the first value of what a ``for`` counts with, if it can."""
    found = re.match(rf"\s*((?:\w+\s+)*)(\w+)\s*=\s*({_NAME}|\d+)\s*;", loop.head)
    return (" ".join(found[1].split()), found[2], found[3]) if found else ("", "", "")


def _ends(case: Case, loop: _Loop) -> list[tuple[str, str]]:
    """Return what the counter is compared with to stay in the loop, as (``<``, ``n``).

    Comparisons with constants are left out.
    """
    _, counter, start = _counter(loop)
    if not counter:
        return []
    found = []
    if not start.isdigit() and ctext.number(case.source, start) < 0:
        found.append((">=", start))
    for one in loop.condition.split("&&"):
        if left := re.fullmatch(rf"\s*{counter}\s*(<=?)\s*({_NAME})\s*", one):
            found.append((left[1], left[2]))
        elif right := re.fullmatch(rf"\s*({_NAME})\s*(>=?)\s*{counter}\s*", one):
            found.append((_TURNED[right[2]], right[1]))
    leaves = rf"\bif\s*\(\s*{counter}\s*(>=?|==)\s*({_NAME})\s*\)\s*\{{?\s*break\s*;"
    found += [(_ENDED[one[1]], one[2]) for one in re.finditer(leaves, loop.body)]
    return [(sign, name) for sign, name in found if ctext.number(case.source, name) < 0]


def _is_counted(case: Case, loop: _Loop) -> bool:
    """Say whether a loop without another end goes a known number of times."""
    _, counter, _ = _counter(loop)
    found = re.fullmatch(rf"\s*{counter or 'i'}\s*(?:<=?|!=)\s*(.+?)\s*", loop.condition)
    known = found and (found[1].startswith("sizeof") or ctext.number(case.source, found[1]) >= 0)
    return bool(known) and not re.search(r"\b(?:break|return|goto)\b", loop.body)


def _advice(case: Case, loop: _Loop, ends: list[tuple[str, str]]) -> str:
    """Return the loop to write, with the learner's names where they can be told."""
    type, counter, _ = _counter(loop)
    written = re.search(rf"({_NAME})\[{counter or 'i'}\]\s*=(?!=)[^;=]*;", case.line)
    array = ctext.variable(case.source, written[1], case.fault.place) if written else None
    if not (written and array and array.length > 0 and not array.is_pointer and len(ends) == 1):
        return "for (int i = 0; i < sizeof(array); i++) if (i < n) array[i] = 0;"
    ((sign, name),) = ends
    room = f"sizeof({written[1]})" if array.size == 1 else str(array.length)
    return (
        f"for ({type}{' ' if type else ''}{counter} = 0; {counter} < {room}; {counter}++) "
        f"if ({counter} {sign} {name}) {written[0]}"
    )
