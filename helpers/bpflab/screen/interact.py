"""``interact``: controls with which a reader steers the kernel, and what its maps then hold."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from IPython.display import display

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.notebook import watched
from bpflab.screen.call import Function, below, made, name_of
from bpflab.screen.controls import Control, control
from bpflab.screen.start import of_this_cell
from bpflab.text import safe_text
from bpflab.views.view import View, markup

_NOTE = "margin:0;padding:.3em 0;opacity:.85"
_display: Any = display  # which has no types of its own


@checked
def interact(
    function: Callable[..., View | None],
    /,
    *buttons: Callable[[], View | None],
    **choices: object,
) -> None:
    """Show a control for each keyword of *function*, and below them what it returns, a `View`.

    ``(low, high)`` and ``(low, high, step)`` make a slider, a list, or a dict of labels and values,
    makes a menu, True or False a switch. A set of names makes a text that can be edited, of which
    *function* gets a list. Without *choices* it has a button, as each of the *buttons* has.

    *function* is called here with its defaults, or the first of each choice, and then with every
    change. So its first call must do no harm. The calls come one after the other, in
    another thread, also while a cell runs; changes during a call are one call afterwards.
    What goes wrong is shown below the controls, as a panel; what a call prints is below that.

    Where nobody watches (``BPFLAB_HEADLESS``, no notebook) *function* is called once, and what it
    returns is shown, without controls; an error is raised.

    Raises:
        LabError: ``argument`` for a keyword without choices, for choices that make no control, and
            for a button whose function needs an argument;
            ``not-ended`` where a call of an earlier run of the cell does not return within 10 s.

    >>> def length_before(length):
    ...     executes["LENGTH"][0] = length
    ...     return table(executes["LENGTH"].frame())
    >>> interact(length_before, length=(1, 64))
    """
    controls = _controls(function, choices)
    for each in buttons:
        _check_button(each)
    beside = of_this_cell()  # those of an earlier run have ended
    if watched():
        from bpflab.screen.steering import Steering  # ipywidgets, which a terminal need not have

        steering = Steering(function, controls, buttons)
        steering.show()
        beside.add(steering)
        return
    values = {each.name: each.start for each in controls}
    view = below(function, values, made(function, values))
    there = [f"{each.name}: {each.words}" for each in controls]
    pressed = ([] if controls else [function]) + list(buttons)
    there += [f"a button {name_of(each)}" for each in pressed]
    note = f"Controls, while a kernel runs: {'; '.join(there)}."
    html = f'{view.html}\n<p style="{_NOTE}">{markup(note)}</p>'
    _display(View(html, f"{view.text}\n{safe_text(note)}"))


def _controls(function: Function, choices: dict[str, object]) -> list[Control]:
    given = _signature(function)
    defaults = {
        name: each.default
        for name, each in given.parameters.items()
        if each.default is not each.empty
    }
    controls = [control(name, each, defaults.get(name)) for name, each in choices.items()]
    try:
        given.bind(**choices)
    except TypeError as error:
        message = f"{name_of(function)} cannot be called with these choices: {error}."
        fix = "Give interact choices for each keyword of the function, and for no other name."
        raise LabError("argument", message, fix=fix) from None
    return controls


def _check_button(function: Function) -> None:
    try:
        _signature(function).bind()
    except TypeError as error:
        message = f"{name_of(function)} cannot be a button: {error}."
        fix = "A button calls its function without arguments. Give each of them a default."
        raise LabError("argument", message, fix=fix) from None


def _signature(function: Function) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError:  # some of Python's own functions have none: only a call tells what they take
        return inspect.signature(lambda *_, **__: None)
