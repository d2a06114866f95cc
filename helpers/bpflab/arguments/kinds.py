"""Annotations: whether a value is what one names, and how one is called in a sentence."""

from __future__ import annotations

import os
import reprlib
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, TypeVar, Union

from bpflab.text import safe_text

_WORDS = {
    str: "text",
    bytes: "bytes",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    types.NoneType: "None",
    os.PathLike: "a path",
}
_NUMBERS: dict[object, type] = {int: Integral, float: Real}
_GROUPS = (list, tuple, set, frozenset)


def fits(value: object, hint: Any) -> bool:
    """Return whether *value* is what the annotation *hint* names, and each of its parts."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint in (Any, object) or isinstance(hint, TypeVar):
        return True
    if origin in (Union, types.UnionType):
        return any(fits(value, part) for part in parts)
    if hint in _NUMBERS:
        return isinstance(value, _NUMBERS[hint]) and not isinstance(value, bool)
    kind = origin or (types.NoneType if hint is None else hint)
    if kind is Sequence:  # numpy's arrays and pandas' columns are not registered as one
        kind = Collection
        if isinstance(value, Mapping) or not hasattr(value, "__getitem__"):
            return False
    if not isinstance(value, kind):
        return False
    if kind is not tuple and all(part in (Any, object) for part in parts):
        parts = ()  # else each of a map's 100,000 new keys would be asked
    if isinstance(value, Mapping) and parts:
        return all(fits(k, parts[0]) and fits(v, parts[1]) for k, v in value.items())
    if kind in _GROUPS or kind.__module__ == "collections.abc":
        return kind is Callable or (not isinstance(value, str | bytes) and _each_fits(value, parts))
    return True


def words(hint: Any) -> str:
    """Return how the annotation *hint* is called in a sentence."""
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        each = list(dict.fromkeys(words(part) for part in parts))
        return f"{', '.join(each[:-1])} or {each[-1]}" if len(each) > 1 else each[0]
    kind = origin or (types.NoneType if hint is None else hint)
    if kind in _WORDS:
        return _WORDS[kind]
    if kind is Callable:
        return "a function"
    if issubclass(kind, Mapping):
        return "a dict"
    if kind in _GROUPS or kind.__module__ == "collections.abc":
        named = parts and parts[0] not in (Any, object)
        return f"a list of which each is {words(parts[0])}" if named else "a list"
    if getattr(kind, "_is_protocol", False):
        return f"something with {' and '.join(n for n in vars(kind) if n[0] != '_')}"
    return f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"


def shown(value: object) -> str:
    """Return *value* for a message: short, and nothing of a large object but its type."""
    if value is None or isinstance(value, (str, bytes, int, float, dict, *_GROUPS)):
        return safe_text(reprlib.repr(value), 200)
    return f"of the type {type(value).__name__}"


def _each_fits(value: object, parts: tuple[Any, ...]) -> bool:
    if not parts or not isinstance(value, Collection):
        return True
    if isinstance(value, tuple) and len(parts) > 1 and parts[-1] is not Ellipsis:
        return len(value) == len(parts) and all(map(fits, value, parts))
    return all(fits(one, parts[0]) for one in value)
