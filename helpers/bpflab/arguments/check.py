"""``checked``: a function that refuses what its signature and its annotations do not take."""

from __future__ import annotations

import functools
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from bpflab.arguments.kinds import fits, shown, words
from bpflab.errors import LabError
from bpflab.text import near

P = ParamSpec("P")
R = TypeVar("R")


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Let *function* refuse what its signature and its annotations do not take.

    Numbers of numpy are numbers, True is none, and a single text is no list of texts. What an
    iterator will hold is not looked at. The refusal is a LabError of kind ``argument``, which
    names the argument and how the function is called.
    """
    signature = inspect.signature(function)
    hints: dict[str, Any] = {}  # evaluated at the first call: the module is complete by then

    @functools.wraps(function)
    def check(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            bound = signature.bind(*args, **kwargs)
        except TypeError as error:
            raise _unbound(function, args, kwargs, str(error)) from None
        if not hints:
            hints.update(_evaluated(function))
        for name, value in bound.arguments.items():
            for each, one in _spread(signature.parameters[name], value):
                if name in hints and not fits(one, hints[name]):
                    raise _unfit(function, each, one, hints[name])
        return function(*args, **kwargs)

    return check


def _evaluated(function: Callable[..., Any]) -> dict[str, Any]:
    hints = {
        name: re.sub(r"Series\[\w+\]", "Series", hint)  # pandas' takes no index at run time
        for name, hint in function.__annotations__.items()
    }
    bare = types.SimpleNamespace(__annotations__=hints)
    return typing.get_type_hints(bare, inspect.unwrap(function).__globals__)


def _spread(parameter: inspect.Parameter, value: Any) -> Iterable[tuple[str, object]]:
    if parameter.kind is parameter.VAR_POSITIONAL:
        return [(parameter.name, one) for one in value]
    return value.items() if parameter.kind is parameter.VAR_KEYWORD else [(parameter.name, value)]


def _unfit(function: Callable[..., Any], name: str, value: object, hint: Any) -> LabError:
    fix = ""
    if isinstance(value, str) and fits(0, hint) and value.lstrip("-").isdigit():
        fix = f"Leave the quotes out: {name}={value}."
    elif isinstance(value, str | bytes) and fits([value], hint):
        fix = f"Make it a list: [{shown(value)}]."
    elif isinstance(value, bytes) and fits("", hint):
        fix = f"Make it text: {name}.decode()."
    return _refusal(function, f"{name} is {shown(value)}, and must be {words(hint)}.", fix)


def _unbound(
    function: Callable[..., Any],
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
    reason: str,
) -> LabError:
    names = [name for name in inspect.signature(function).parameters if name != "self"]
    strange = next(
        (name for name in kwargs if f"unexpected keyword argument '{name}'" in reason), ""
    )
    if strange:
        message = f"{_called(function)} takes no argument {strange!r}."
        return _refusal(function, message, near(strange, names))
    if "too many positional" in reason:
        return _refusal(function, f"{_called(function)} takes no {shown(args[-1])} without a name.")
    return _refusal(function, f"{_called(function)}: {reason}.")


def _refusal(function: Callable[..., Any], message: str, fix: str = "") -> LabError:
    signature = inspect.signature(function)
    bare = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
    bare = [each for each in bare if each.name != "self"]
    form = signature.replace(parameters=bare, return_annotation=signature.empty)
    example = re.search(r">>> (.*)", function.__doc__ or "")
    fix = fix or (f"As in {example[1]}" if example else "")
    return LabError("argument", message, why=f"It is called as {_called(function)}{form}.", fix=fix)


def _called(function: Callable[..., Any]) -> str:
    owner, _, name = function.__qualname__.rpartition(".")
    return owner if name == "__init__" else name
