"""``interact``: controls with which a reader steers the kernel, and what its maps then hold."""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets
from IPython.display import display

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.screen.controls import Control, control
from bpflab.screen.pictures import blamed, drawn
from bpflab.screen.start import of_this_cell, watched
from bpflab.text import safe_text
from bpflab.views.view import View, markup

_HERE = Path(__file__).parent
_END_S = 10.0
_SAID = 300  # characters for a screen reader
_CALL = "margin:0;padding:.3em 0;white-space:pre-wrap"
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
        LabError: ``argument`` for a keyword without choices, and for choices that make no control;
            ``not-ended`` where a call of an earlier run of the cell does not return within 10 s.

    >>> def length_before(length):
    ...     executes["LENGTH"][0] = length
    ...     return table(executes["LENGTH"].frame())
    >>> interact(length_before, length=(1, 64))
    """
    controls = _controls(function, choices)
    for each in buttons:
        _bound(each, {})
    beside = of_this_cell()  # those of an earlier run have ended
    if watched():
        steering = _Steering(function, controls, buttons)
        steering.show()
        beside.add(steering)
        return
    values = {each.name: each.start for each in controls}
    view = _beside(function, values, _view(function, values))
    there = [f"{each.name}: {each.words}" for each in controls]
    pressed = ([] if controls else [function]) + list(buttons)
    there += [f"a button {_name(each)}" for each in pressed]
    note = f"Controls, while a kernel runs: {'; '.join(there)}."
    html = f'{view.html}\n<p style="{_NOTE}">{markup(note)}</p>'
    _display(View(html, f"{view.text}\n{safe_text(note)}"))


def _controls(function: Callable[..., object], choices: dict[str, object]) -> list[Control]:
    given = inspect.signature(function).parameters
    defaults = {
        name: each.default for name, each in given.items() if each.default is not each.empty
    }
    controls = [control(name, each, defaults.get(name)) for name, each in choices.items()]
    _bound(function, choices)
    return controls


def _bound(function: Callable[..., object], choices: dict[str, object]) -> None:
    try:
        inspect.signature(function).bind(**choices)
    except TypeError as error:
        message = f"{_name(function)} cannot be called with these choices: {error}."
        fix = "Give interact choices for each keyword of the function, and for no other name."
        raise LabError("argument", message, fix=fix) from None


def _name(function: Callable[..., object]) -> str:
    return safe_text(getattr(function, "__name__", type(function).__name__))


def _view(function: Callable[..., View | None], values: dict[str, object]) -> View:
    view = function(**values)
    return View("", "") if view is None else drawn(view)


def _beside(function: Callable[..., object], values: dict[str, object], view: View) -> View:
    """Return *view* below the line of Python that gave it."""
    call = f"{_name(function)}({', '.join(f'{name}={value!r}' for name, value in values.items())})"
    html = f'<p style="{_CALL}"><code>{markup(call)}</code></p>\n{view.html}'
    return View(html, f"{safe_text(call)}\n{view.text}".rstrip("\n"))


class _Panel(anywidget.AnyWidget):
    """What stands below the controls.

    `ipywidgets.HTML` tells a screen reader nothing, and the sliders beside it have no name for one:
    this widget's script does both.

    Attributes:
        html: what the last call gave.
        said: the same in words, for a screen reader.
        runs: whether a call runs.
    """

    _esm = (_HERE / "interact.js").read_text(encoding="utf-8")
    _css = (_HERE / "widget.css").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Bool(False).tag(sync=True)


class _Steering:
    """The controls of one cell, and the calls that their changes make, one at a time.

    The page's messages come in JupyterLab's own thread for widgets, or between cells. A call that
    ran there would keep live views from hearing their page, so it runs in a thread that
    ends with the last call.
    """

    def __init__(
        self,
        function: Callable[..., View | None],
        controls: Sequence[Control],
        buttons: Sequence[Callable[[], View | None]],
    ) -> None:
        import ipywidgets

        self._function, self._controls = function, controls
        self._widgets = [each.widget() for each in controls]
        self._panel = _Panel()
        self._wanted: dict[Callable[..., View | None], None] = {}  # in the order of the changes
        self._change = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._cell = contextvars.copy_context()  # what a call prints goes below this cell
        for widget in self._widgets:
            widget.observe(lambda _: self._want(function), "value")
        pressed = ([] if controls else [function]) + list(buttons)
        self._buttons = [self._button(each) for each in pressed]
        rows = [*self._widgets, *([ipywidgets.HBox(self._buttons)] if pressed else []), self._panel]
        self._box = ipywidgets.VBox(rows)

    def show(self) -> None:
        """Call the function with the first values, and show controls and what it returns."""
        try:
            first = self._call(self._function, {each.name: each.start for each in self._controls})
            bundle = {**self._box._repr_mimebundle_(), **first._repr_mimebundle_()}
            _display(bundle, raw=True)
        except BaseException:  # Ctrl-C
            self.forget()
            raise

    def stop(self, reason: str) -> None:
        """Begin no more calls, and wait for the end of the one that runs."""
        with self._change:
            self._closed, thread = True, self._thread
            self._wanted.clear()
        if thread is not None:
            thread.join(_END_S)
            if thread.is_alive():
                raise LabError(
                    "not-ended",
                    f"A call of {_name(self._function)} has not ended within {_END_S:.0f} s.",
                    why=f"It was to end because {reason}.",
                    fix="Wait for it, or restart the kernel if it never returns.",
                )

    def forget(self) -> None:
        """Take it off the page, and let go of the function."""
        box = [each for each in self._box.children if hasattr(each, "children")]
        for widget in [*self._widgets, *self._buttons, *box, self._panel, self._box]:
            widget.unobserve_all()
            for part in (getattr(widget, "style", None), widget.layout, widget):
                if part is not None:
                    part.close()

    def _button(self, function: Callable[..., View | None]) -> Any:
        import ipywidgets

        button = ipywidgets.Button(description=_name(function), layout={"width": "auto"})
        button.on_click(lambda _: self._want(function))
        return button

    def _want(self, function: Callable[..., View | None]) -> None:
        """Call *function* soon: a change or a press has come."""
        with self._change:
            if self._closed:
                return
            self._wanted[function] = None
            if self._thread is None or not self._thread.is_alive():
                run = self._cell.copy().run
                self._thread = threading.Thread(
                    target=run, args=(self._run,), name="bpflab-interact", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._change:
                if not self._wanted:
                    self._thread = None
                    return
                function = next(iter(self._wanted))
                del self._wanted[function]
            values = zip(self._controls, self._widgets, strict=True)
            steered = function is self._function
            self._call(function, {c.name: c.value(w) for c, w in values} if steered else {})

    def _call(self, function: Callable[..., View | None], values: dict[str, object]) -> View:
        """Call it and show what comes of it, which is returned."""
        self._panel.runs = True
        try:
            view = _view(function, values)
        except (Exception, SystemExit) as error:
            view = blamed(error, "Not done")
        view = _beside(function, values, view)
        with self._panel.hold_sync():
            self._panel.html, self._panel.runs = view.html, False
            self._panel.said = " ".join(view.text.split())[:_SAID]
        return view
