"""A figure of matplotlib that becomes SVG, whatever the reader's settings are.

Imported with the first chart that is drawn: matplotlib takes 0.4 s and 30 MB, and most lessons show
tables alone.
"""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from typing import Any, cast

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from bpflab.text import width
from bpflab.views.svg import INK, SANS, SIZE, WIDTH

# The page's fonts draw the letters. Two names that differ in their spaces look different.
_LETTERS = (
    "text{white-space:pre;font-family:sans-serif!important}"
    'text[style*="Mono"]{font-family:ui-monospace,monospace!important}'
)


class _Renderer(RendererSVG):
    """Writes the same SVG whatever the reader's rcParams say, which are the whole process's.

    A view is drawn in a thread of its own, so `rc_context` would change the reader's figures.
    """

    def draw_text(self, *args: Any, **kwargs: Any) -> None:
        """Write text as text (svg.fonttype): it scales, and the page's own font draws it."""
        cast(Any, self)._draw_text_as_text(*args, **kwargs)

    def _make_id(self, type: str, content: object) -> str:
        """Return an id by content alone (svg.hashsalt): it meets no other inside an image."""
        return type + hashlib.sha256(str(content).encode()).hexdigest()[:8]

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Write nothing: a group would only carry an id."""

    def close_group(self, s: str) -> None:
        """Write nothing, as nothing was opened."""

    def get_text_width_height_descent(
        self, s: str, prop: Any, ismath: Any
    ) -> tuple[float, float, float]:
        """Return what a text takes, in pixels."""
        return _measured(s, prop.get_family()[0], prop.get_size())


def figure(height: float) -> Figure:
    """Return an empty figure, as wide as every chart and so many pixels high."""
    empty = Figure((WIDTH / 72, height / 72), dpi=72, frameon=False)
    empty.set_layout_engine("none")  # figure.autolayout would move what has its place
    return empty


def drawn(chart: Figure) -> str:
    """Return a figure as SVG."""
    for text in chart.findobj(Text):
        # "$" is a character of a name.
        text.set(color=INK, weight="normal", parse_math=False, usetex=False)
    out = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    size = WIDTH, chart.bbox.height
    renderer: Any = _Renderer(*size, out, metadata=nothing)  # type: ignore[no-untyped-call]
    renderer.writer.element("style", _LETTERS)
    chart.draw(renderer)
    renderer.finalize()
    svg = out.getvalue()
    return svg[svg.index("<svg") :].strip()


def wide(text: str, font: str = SANS) -> float:
    """Return how many pixels *text* takes in a chart."""
    return _measured(text, font, SIZE)[0]


@lru_cache(4096)  # a live chart shows the same names many times a second
def _measured(text: str, font: str, size: float) -> tuple[float, float, float]:
    """Return width, height and descent in pixels."""
    # matplotlib warns of a letter that its font lacks, as any but ASCII may be: "M" is as wide.
    known = "".join(char if char.isascii() else "M" * width(char) for char in text)
    properties: Any = FontProperties(family=font, size=size)
    found: Any = text_to_path.get_text_width_height_descent(known, properties, ismath=False)
    wide, tall, descent = found
    return wide, tall, descent
