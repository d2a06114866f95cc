"""What charts share: a matplotlib figure that becomes an image of SVG, and names that fit in it."""

from __future__ import annotations

import hashlib
import io
import unicodedata
from collections.abc import Callable
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from bpflab.text import safe_text
from bpflab.views.drawing import columns
from bpflab.views.view import INK, View, markup, picture

WIDTH = 692  # of every chart, in pixels of a page that is not zoomed
SIZE = 13  # of its letters
SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"  # stand for whatever fonts the page has
BLUE = "#0072b2"  # Okabe and Ito's: 4.9:1 on the ground that `picture` lays

_NAME = 40  # columns of a name in a chart; its text has more of it
_FIGURE = '<figure style="margin:0;max-width:100%" role="group">'
_CAPTION = "font-weight:600;padding:.3em 0"
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
        """Write text as text (svg.fonttype): it scales, and no font need be opened."""
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
        """Return what a text takes, or nearly so, in pixels."""
        size = prop.get_size()
        return wide(s) * size / SIZE, size, size / 4


def framed(caption: str, svg: str, said: str, text: str) -> View:
    """Return the view of a drawing: *said* is read aloud in its place, *text* is its twin."""
    head = f'<figcaption style="{_CAPTION}">{markup(caption)}</figcaption>'
    return View(f"{_FIGURE}\n{head}\n{picture(svg, said, WIDTH)}\n</figure>", text)


def drawn(height: int, fill: Callable[[Figure], None]) -> str:
    """Return the SVG of a figure as wide as every chart, once *fill* has put all into it."""
    out = io.StringIO()
    figure = Figure((WIDTH / 72, height / 72), dpi=72, frameon=False)
    figure.set_layout_engine("none")  # figure.autolayout would move what has its place
    fill(figure)
    for text in figure.findobj(Text):
        text.set(color=INK, parse_math=False, usetex=False)  # "$" is a character of a name
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    renderer: Any = _Renderer(WIDTH, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
    renderer.writer.element("style", _LETTERS)
    figure.draw(renderer)
    renderer.finalize()
    svg = out.getvalue()
    return svg[svg.index("<svg") :].strip()


def plain(axes: Axes, *spines: str) -> None:
    """Give *axes* no ground, no grid, no marks outside, and these spines alone."""
    axes.patch.set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(False, which="both")
    sides: dict[str, Any] = {
        f"{part}{side}": False for part in ("", "label") for side in ("top", "right")
    }
    axes.tick_params(which="both", length=0, labelsize=SIZE, labelfontfamily=SANS, **sides)
    for side, spine in axes.spines.items():
        spine.set(visible=side in spines, color=INK, linewidth=0.8)


def label(raw: Any, room: int = _NAME) -> str:
    r"""Return a name as safe text of at most *room* columns, and how many characters more it has.

    What `safe_text` writes as an escape takes several columns, a Chinese character two.

    >>> label(b"/opt/" + b"\xff" * 99)
    '/opt/\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xf… (361 more)'
    """
    text = _text(raw)
    shown = ""
    for at, char in enumerate(text):
        part = safe_text(char)
        room -= columns(part)
        if room < 0:
            return f"{shown}… ({len(text) - at} more)"
        shown += part
    return shown


def _text(raw: Any) -> str:
    if isinstance(raw, tuple):  # of an index or columns of several levels
        return " ".join(map(_text, raw))
    return raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else str(raw)


def wide(text: str) -> float:
    """Return how many pixels *text* takes at most, or nearly so, whatever the page's font."""
    return SIZE * sum(map(_em, text))


def _em(char: str) -> float:
    if char in "ijlft.,:;'|!()[] ":
        return 0.4
    if char in "mwMW@%…" or unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.75 if char.isupper() else 0.64
