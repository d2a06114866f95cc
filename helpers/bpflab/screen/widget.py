"""The part of the page where frames are shown, and the button that ends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets

_HERE = Path(__file__).parent
_ENVELOPE = 2000  # bytes of a message's own headers, the status, and the page's answer


class Frames(anywidget.AnyWidget):
    """HTML that is replaced, in a page that says whether it is shown.

    Neither `ipywidgets.HTML` nor a display handle can do that: both go on sending when the page is
    closed, say nothing when the kernel is gone, and take focus and selection away with each frame.

    Attributes:
        html: the frame.
        status: its number, whether more will come (live), what stands below it (state), and what
            a screen reader is told (said).
        answered: when a page last said that it shows the frames; CLOCK_MONOTONIC seconds.
    """

    _esm = _HERE / "widget.js"
    _css = _HERE / "widget.css"
    html = traitlets.Unicode().tag(sync=True)
    status = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.answered = time.monotonic()
        self.on_msg(self._answer)

    def _answer(self, *_: object) -> None:
        self.answered = time.monotonic()


class Screen:
    """Frames with their Stop button. `box` is what a notebook displays."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self.frames = Frames()
        self._button = ipywidgets.Button(
            description="Stop", icon="stop", tooltip="End this view and keep its last frame"
        )
        self._button.on_click(lambda _: stop())
        self.box = ipywidgets.VBox([self._button, self.frames])

    def show(self, html: str, status: dict[str, Any]) -> int:
        """Send what changed; return about how many bytes that takes."""
        size = len(html) if html != self.frames.html else 0
        with self.frames.hold_sync():
            self.frames.html, self.frames.status = html, status
        self._button.disabled = not status["live"]
        return size + _ENVELOPE

    @property
    def answered(self) -> float:
        """When a page last said that it shows the frames."""
        return self.frames.answered

    def close(self) -> None:
        """Take it off the page."""
        for widget in (self._button, self.frames, self.box):
            widget.close()
