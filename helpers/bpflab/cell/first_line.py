"""What can stand in the first line of a cell of C: the options of ``%%bpf`` and their values."""

from __future__ import annotations

import re

from bpflab.cell.c_text import CText
from bpflab.cell.known import LETTERS, Offer, known_tracepoints
from bpflab.mistakes.context import TYPES

_OPTIONS = {
    "--type": "the program type",
    "--hook": "where the program belongs",
    "-D": "a macro of the C",
}


def of_first_line(text: CText, before: str) -> tuple[str, list[Offer]]:
    """Return the same for the line of the magic."""
    *words, typed = re.split(r"\s+", before)
    option, given, value = typed.partition("=")
    if given and option in ("--type", "--hook"):
        words, typed = [*words, option], value
    last = words[-1] if words else ""
    if last == "--type":
        return typed, [Offer(each, "program type") for each in TYPES if each.startswith(typed)]
    if last == "--hook":
        typed = typed.rpartition("=")[2]
        return typed, _hooks(typed, text.type)
    if typed.startswith("-"):
        return typed, [Offer(each, what) for each, what in _OPTIONS.items() if typed in each]
    return typed, []


def _hooks(typed: str, type: str) -> list[Offer]:
    """Return tracepoints: those of a category, those that have *typed*, and categories."""
    known = known_tracepoints()
    if type == "raw_tracepoint":
        events = (n.partition(":")[2] for n in known if not n.startswith("syscalls:"))
        return [Offer(one, "raw tracepoint") for one in events if one.startswith(typed)]
    if type != "tracepoint":  # a function of the kernel: there are too many
        return []
    if ":" in typed:
        return [Offer(one, "tracepoint") for one in known if one.startswith(typed)]
    categories = dict.fromkeys(one.partition(":")[0] for one in known)
    found = [Offer(f"{one}:", "category") for one in categories if one.startswith(typed)]
    if len(typed) < LETTERS:
        return found
    return found + [Offer(one, "tracepoint") for one in known if typed in one.partition(":")[2]]
