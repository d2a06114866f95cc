"""Controls on a page: their widgets, the calls that a change makes, and the panel below them."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets
from IPython.display import display

from bpflab.errors import LabError
from bpflab.notebook import layout
from bpflab.screen.call import Function, below, made, name_of
from bpflab.screen.controls import Control
from bpflab.screen.pictures import blamed
from bpflab.views.view import View

_HERE = Path(__file__).parent
_END_S = 10.0
_SAID = 300  # characters for a screen reader
_display: Any = display  # which has no types of its own


class Panel(anywidget.AnyWidget):
    """What stands below the controls.

    `ipywidgets.HTML` tells a screen reader nothing, and the sliders beside it have no name for one:
    this widget's script does both.

    Attributes:
        html: what the last call gave.
        said: the same in words, for a screen reader.
        runs: whether a call runs.
    """

    _esm = (_HERE / "steering.js").read_text(encoding="utf-8")
    _css = (_HERE / "widget.css").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Bool(False).tag(sync=True)


class Steering:
    """The controls of one cell, and the calls that their changes make, one at a time.

    The page's messages come in JupyterLab's own thread for widgets, or between cells. A call that
    ran there would keep live views from hearing their page, so it runs in a thread that
    ends with the last call.
    """

    def __init__(
        self,
        function: Function,
        controls: Sequence[Control],
        buttons: Sequence[Function],
    ) -> None:
        self._function, self._controls = function, controls
        self._widgets = [each.widget() for each in controls]
        self._panel = Panel(layout=layout())
        self._wanted: dict[Function, None] = {}  # in the order of the changes
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
                    f"A call of {name_of(self._function)} has not ended within {_END_S:.0f} s.",
                    why=f"It should have ended because {reason}.",
                    fix="Wait for it, or restart the kernel if it never returns.",
                )

    def forget(self) -> None:
        """Take it off the page, and let go of the function."""
        box = [each for each in self._box.children if hasattr(each, "children")]
        for widget in [*self._widgets, *self._buttons, *box, self._panel, self._box]:
            widget.unobserve_all()
            for part in (getattr(widget, "style", None), widget.layout, widget):
                if part not in (None, layout()):
                    part.close()

    def _button(self, function: Function) -> Any:
        button = ipywidgets.Button(description=name_of(function), layout={"width": "auto"})
        button.on_click(lambda _: self._want(function))
        return button

    def _want(self, function: Function) -> None:
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

    def _call(self, function: Function, values: dict[str, object]) -> View:
        """Call it and show what comes of it, which is returned."""
        self._panel.runs = True
        try:
            view = made(function, values)
        except (Exception, SystemExit) as error:
            view = blamed(error, "Not done")
        view = below(function, values, view)
        with self._panel.hold_sync():
            self._panel.html, self._panel.runs = view.html, False
            self._panel.said = " ".join(view.text.split())[:_SAID]
        return view
