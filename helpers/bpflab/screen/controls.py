"""Which control a choice becomes: where it starts, what it is in words, and its widget."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from bpflab.errors import LabError
from bpflab.text import safe_text

_WIDTH = {"description_width": "initial"}  # or a name of more than a few letters is cut
_BOX = {"width": "auto", "max_width": "40em"}


@dataclass(frozen=True)
class Control:
    """One keyword of a function, and what a reader may set it to.

    Attributes:
        name: the keyword, which is also the control's label.
        start: its value at first.
        words: what may be chosen, for where there is no page.
        kind: the class of `ipywidgets`.
        fields: its traits.
    """

    name: str
    start: Any
    words: str
    kind: str
    fields: dict[str, Any]

    def widget(self) -> Any:
        """Return a new widget, which tells the kernel of a change when it is done."""
        import ipywidgets  # only on a page: each widget sends messages

        style, layout = dict(_WIDTH), dict(_BOX)
        return getattr(ipywidgets, self.kind)(
            description=safe_text(self.name), style=style, layout=layout, **self.fields
        )

    def value(self, widget: Any) -> Any:
        """Return what the function gets of the widget's value."""
        return _listed(widget.value) if self.kind == "Text" else widget.value


def control(name: str, choices: object, start: Any = None) -> Control:
    """Return the control for the keyword *name*; *start* is the function's own default.

    Raises:
        LabError: ``argument`` where *choices* are none, or *start* is not among them.
    """
    if isinstance(choices, bool):
        first = start if isinstance(start, bool) else choices
        return Control(name, first, "on or off", "Checkbox", {"value": first, "indent": False})
    if isinstance(choices, tuple):
        return _slider(name, choices, start)
    if isinstance(choices, list | Mapping) and choices:
        return _dropdown(name, choices, start)
    if isinstance(choices, set | frozenset) and all(isinstance(each, str) for each in choices):
        return _names(name, choices, start)
    raise _refused(name, choices)


def _slider(name: str, choices: tuple[Any, ...], start: Any) -> Control:
    numbers = all(isinstance(each, Real) and not isinstance(each, bool) for each in choices)
    if len(choices) not in (2, 3) or not numbers:
        raise _refused(name, choices)
    low, high, *step = choices
    if low >= high or min(step, default=1) <= 0:
        raise _refused(name, choices)
    first = low if start is None else _among(name, start, low <= start <= high, choices)
    whole = all(isinstance(each, Integral) for each in (*choices, first))
    fields = {"min": low, "max": high, "value": first, "continuous_update": False}
    words = f"{low} to {high}"
    if step:
        fields["step"], words = step[0], f"{words} in steps of {step[0]}"
    return Control(name, first, words, "IntSlider" if whole else "FloatSlider", fields)


def _dropdown(name: str, choices: list[Any] | Mapping[Any, Any], start: Any) -> Control:
    pairs = choices.items() if isinstance(choices, Mapping) else zip(choices, choices, strict=True)
    options = [(safe_text(str(label)), value) for label, value in pairs]
    values = [value for _, value in options]
    first = values[0] if start is None else _among(name, start, start in values, choices)
    words = " or ".join(label for label, _ in options)
    return Control(name, first, words, "Dropdown", {"options": options, "value": first})


def _names(name: str, choices: Set[str], start: Any) -> Control:
    if torn := [each for each in sorted(choices) if _listed(each) != [each]]:
        raise LabError(
            "argument",
            f"{name} has the name {torn[0]!r}, which cannot stand in a list with commas.",
            why=(
                "A set of names is edited as one text: commas separate the names, and spaces "
                "beside a comma do not count."
            ),
            fix="Give a list or a dict of labels: it makes a menu.",
        )
    first = sorted(choices)
    if start is not None:
        several = isinstance(start, Collection) and not isinstance(start, str)
        _among(name, start, several and all(each in first for each in start), choices)
        first = sorted(start) if isinstance(start, Set) else list(dict.fromkeys(start))
    fields = {"value": ", ".join(first), "continuous_update": False}
    return Control(name, first, "names, with commas between them", "Text", fields)


def _listed(text: str) -> list[str]:
    """Return the names of a text, each once, without the spaces around."""
    return list(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


def _among(name: str, start: Any, there: bool, choices: object) -> Any:
    if not there:
        raise LabError("argument", f"{name} begins at {start!r}, which is not among {choices!r}.")
    return start


def _refused(name: str, choices: object) -> LabError:
    return LabError(
        "argument",
        f"{name} is {choices!r}, of which no control can be made.",
        why="(low, high) or (low, high, step) makes a slider; a list or a dict of labels makes a "
        "menu; True or False makes a switch; a set of names makes a list that you can edit.",
    )
