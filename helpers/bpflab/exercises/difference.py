"""An answer beside the right one: what differs first, in words that do not tell the right one."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Number

from bpflab.exercises.exercise import Wrong
from bpflab.text import counted

_KINDS = {
    bool: "True or False",
    Number: "a number",
    str: "text",
    list: "a list",
    Mapping: "a dict",
}


def difference(answer: object, right: object, part: str = "") -> str:
    """Return a sentence on what differs first between *answer* and *right*, or nothing.

    Tuples, arrays and columns are lists, and numpy's numbers are numbers. *part* is what is
    compared: nothing for the answer itself, or for example ``item 3``.
    """
    answer, right = _plain(answer), _plain(right)
    it = part[:1].upper() + part[1:] or "Your answer"
    if _kind(answer) != _kind(right):
        return f"{it} is {_kind(answer)}, and {_kind(right)} is asked for."
    if isinstance(answer, list) and isinstance(right, list):
        if len(answer) != len(right):
            return f"{it} has {counted(len(answer), 'item')} instead of {len(right)}."
        pairs = zip(answer, right, strict=True)
        each = [(f"item {n}", *pair) for n, pair in enumerate(pairs, 1)]
    elif isinstance(answer, Mapping) and isinstance(right, Mapping):
        if answer.keys() != right.keys():
            return f"{it} has other keys than those that are asked for."
        each = [("a value", answer[key], right[key]) for key in right]
    else:
        return "" if answer == right else f"{it if part else 'That'} is not what comes out."
    within = f" in {part}" if part else ""
    return next(filter(None, (difference(a, b, name + within) for name, a, b in each)), "")


def equal(answer: object, right: object, seen: str = "That is what comes out.") -> str:
    """Return *seen* where a value is right: the end of a judge.

    Raises:
        Wrong: with what differs first, a type, a length or an item, and never what is right.
    """
    if fault := difference(answer, right):
        raise Wrong(fault)
    return seen


def _plain(value: object) -> object:
    """Return a value of numpy or pandas as Python's, and a tuple as a list; not what is in it."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return list(value) if isinstance(value, tuple) else value


def _kind(value: object) -> str:
    if value is None:
        return "None"
    other = f"of the type {type(value).__name__}"
    return next((word for kind, word in _KINDS.items() if isinstance(value, kind)), other)
