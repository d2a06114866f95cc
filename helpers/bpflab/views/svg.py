"""What pictures share: colours, short names, and a figure of matplotlib that becomes an image."""

from __future__ import annotations

import base64
import hashlib
import io
from functools import lru_cache
from typing import Any, cast

import pandas as pd
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from bpflab.text import safe_text, width
from bpflab.views.view import escaped

WIDTH = 692  # of every chart, in pixels of a page that is not zoomed
SIZE = 13  # of its letters
# Stand for whatever fonts the page has: few are wider than these.
SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"
INK, GROUND = "#1b1f24", "#f6f8fa"
# Okabe and Ito's colours, 3:1 on the ground and on JupyterLab's dark one.
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"

_IMAGE = f"color:{INK};background:{GROUND};border-radius:8px"
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


def label(raw: Any, columns: int = 40) -> str:
    r"""Return a name as safe text of so many *columns*, and how many characters more it has.

    What `safe_text` writes as an escape takes several columns, a Chinese character two.

    >>> label(b"/opt/" + b"\xff" * 99)
    '/opt/\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xf… (361 more)'
    """
    text = _text(raw)
    shown = ""
    for at, char in enumerate(text):
        part = safe_text(char)
        columns -= max(width(part), 1)  # or a tower of combining marks would have no end
        if columns < 0:
            return f"{shown}… ({len(text) - at} more)"
        shown += part
    return shown


def _text(raw: Any) -> str:
    if isinstance(raw, tuple):  # of an index or columns of several levels
        return " ".join(map(_text, raw))
    return raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else str(raw)


def index_name(index: pd.Index[Any]) -> str:
    """Return the name of an index, or of its levels, as a `label`."""
    return label(tuple(name for name in index.names if name is not None))


def picture(svg: str, alt: str, pixels: int = WIDTH) -> str:
    """Return a drawing as an image so wide, with *alt* for those who cannot see it.

    It is never wider than the page. An ``<svg>`` in the HTML itself is stripped from an untrusted
    notebook and on GitHub, and its words run together; inside an image it stays. It then knows
    nothing of the page's colours, so it has a ground of its own.
    """
    grounded = svg.replace("<svg", f'<svg style="{_IMAGE}"', 1)
    data = base64.b64encode(grounded.encode()).decode()
    source = f"data:image/svg+xml;base64,{data}"
    looks = f'width="{pixels}" style="max-width:100%"'
    return f'<img alt="{escaped(alt)}" {looks} src="{source}"/>'
