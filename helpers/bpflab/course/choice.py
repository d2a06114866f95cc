"""The part of a page where a learner picks an option, or types a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bpflab.notebook import layout

_HERE = Path(__file__).parent


class Choice(anywidget.AnyWidget):
    """Options of which one can be picked, or a field to type into, as one group with its question.

    The radio buttons of ipywidgets are no group for a screen reader, and arrow keys leave them; its
    labels are typeset as mathematics.

    Attributes:
        question, options: HTML in which all is escaped. Without options there is a field.
        picked: which option, from 0, or -1; what a page sends is not checked here.
        typed: the field's text.
        fixed: whether nothing can be changed any more.
    """

    _esm = (_HERE / "choice.js").read_text(encoding="utf-8")
    _css = (_HERE / "choice.css").read_text(encoding="utf-8")
    question = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    picked = traitlets.Int(-1).tag(sync=True)
    typed = traitlets.Unicode().tag(sync=True)
    fixed = traitlets.Bool(False).tag(sync=True)

    def __init__(
        self,
        question: str,
        options: Sequence[str] = (),
        on_change: Callable[[], object] = lambda: None,
        on_left: Callable[[], object] = lambda: None,
    ) -> None:
        """Make it; *on_change* and *on_left* are called when the page picks, and loses the focus.

        Both are called in a thread of the kernel's.
        """
        super().__init__(question=question, options=list(options), layout=layout())
        self.observe(lambda _: on_change(), names=["picked", "typed"])
        self._on_left = on_left
        self._shown = 0  # in so many places of pages
        self.on_msg(self._on_page)

    def fix(self) -> None:
        """Let nothing change any more, and end it once no page shows it.

        A page that was reloaded does not take plain HTML in its place, and still shows it.
        """
        self.fixed = True
        if self._shown <= 0:
            self.close()  # the notebook would store what is left open

    def _on_page(self, _: Any, content: dict[str, Any], __: Any) -> None:
        if content.get("left"):
            self._on_left()
        if "shown" in content:
            self._shown += 1 if content["shown"] else -1
            if self.fixed:
                self.fix()

    def bundle(self, text: dict[str, str]) -> dict[str, Any]:
        """Return what a cell shows: the widget, and *text*, by type, where no widget can be."""
        data: Any = self._repr_mimebundle_()
        return {**data[0], **text}
