"""The part of the page where frames are shown, with the button that ends them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from bpflab.notebook import layout

_HERE = Path(__file__).parent
_ENVELOPE = 2000  # bytes of a message's own headers, the status, and the page's answer


class Screen(anywidget.AnyWidget):
    """HTML that is replaced, with a Stop button, in a page that says whether it is shown.

    Neither `ipywidgets.HTML` nor a display handle can do that: both go on sending when the page is
    closed, say nothing when the kernel is gone, and take focus and selection away with each frame.

    Attributes:
        html: the frame.
        status: whether more will come (live), what stands below it (state), what a screen reader
            says (said), and how often something was sent (beat).
        answers: how often a page said that it shows the frames.
    """

    # Texts, not paths: anywidget watches a path, and keeps every widget of the class for that.
    _esm = (_HERE / "widget.js").read_text(encoding="utf-8")
    _css = (_HERE / "widget.css").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(self, stop: Callable[[], object]) -> None:
        super().__init__(layout=layout())
        self.answers = 0
        self._stop = stop
        self._beat = 0
        self._pages: set[str] = set()  # those that showed a frame, and have not left the last one
        self._left = False
        self._closing = threading.Lock()
        self.on_msg(self._answer)

    def show(self, html: str, status: dict[str, Any]) -> int:
        """Send what changed, and always something; return about how many bytes that takes."""
        size = len(html) if html != self.html else 0
        self._beat += 1  # of a status that equals the last one traitlets would send nothing
        with self.hold_sync():
            self.html, self.status = html, status | {"beat": self._beat}
        return size + _ENVELOPE

    def leave(self) -> None:
        """Close it as soon as no page shows it any more: its last frame stands elsewhere by then.

        A page that was reloaded does not learn of that place, and goes on to show this one.
        """
        self._left = True
        if not self._pages:
            self.close()

    def close(self) -> None:
        """Take it off the page, and give up its model."""
        with self._closing:
            super().close()

    def _answer(self, _: object, content: dict[str, Any], __: object) -> None:
        page = content.get("page", "")
        if content.get("gone"):
            self._pages.discard(page)
            if self._left and not self._pages:
                self.close()
            return
        self._pages.add(page)
        self.answers += 1
        if content.get("stop"):
            self._stop()
