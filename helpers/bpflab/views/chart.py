"""What charts share: a matplotlib figure that becomes an image of SVG, and names that fit in it."""

from __future__ import annotations

import io
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import rcParams, rcParamsDefault
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

from bpflab.text import safe_text
from bpflab.views.drawing import columns
from bpflab.views.view import View, markup, picture

WIDTH = 692  # of every chart, in pixels of a page that is not zoomed
SIZE = 13  # of its letters
BLUE = "#0072b2"  # Okabe and Ito's: 4.9:1 on the ground that `picture` lays

_NAME = 40  # columns of a name in a chart; its text has more of it
_FIGURE = '<figure style="margin:0;max-width:100%" role="group">'
_CAPTION = "font-weight:600;padding:.3em 0"
_INK = "#000000"  # becomes the text colour; letters of this colour say none
# Two names that differ in their spaces look different.
_LETTERS = f"text{{fill:currentColor;font:{SIZE}px sans-serif;white-space:pre}}"
_DRAWING = re.compile(r"^(?:axes|figure|font|grid|legend|lines|patch|path|svg|text|[xy]tick)\.")
_SETTINGS: dict[Any, Any] = {
    **{name: value for name, value in rcParamsDefault.items() if _DRAWING.match(name)},
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor"), _INK),
    **dict.fromkeys(("font.size", "axes.labelsize", "xtick.labelsize", "ytick.labelsize"), SIZE),
    "font.sans-serif": ["DejaVu Sans"],
    "font.monospace": ["DejaVu Sans Mono"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "path.simplify_threshold": 1.0,  # pixels: of many points, those that can be told apart
    "svg.fonttype": "none",  # text stays text: it scales, and the page's font draws it
    "svg.hashsalt": "bpflab",  # ids are the same each time, and meet no others inside an image
    "text.parse_math": False,  # "$" is a character of a name
}
_SHORTER = [
    (re.compile(pattern), short)
    for pattern, short in (
        (r"(\.\d)\d+", r"\1"),  # tenths of a pixel
        (r"(?<=\d)\.0(?!\d)", ""),
        (r" \n(?:([MLCQz])\s?)?", r"\1"),
        (r'(?<=")M ', "M"),
        (rf"font-size: {SIZE}px; ", ""),
        (r"font-family: 'DejaVu Sans', sans-serif;? ?", ""),
        (r"font-family: 'DejaVu Sans Mono', monospace", "font-family:ui-monospace,monospace"),
        (r"text-anchor: start|fill: none; |; stroke-linejoin: miter|; stroke-linecap: square", ""),
        (r' transform="rotate\(-0 [^"]*"', ""),
        (r"xlink:href", "href"),
        (_INK, "currentColor"),
        (r"([:;]) ", r"\1"),
        (r'[; ]*style=""', ""),
    )
]
_alone = threading.Lock()  # matplotlib's settings are the whole process's


class _Renderer(RendererSVG):
    """Writes SVG whose letters the page's font draws, so no font need be opened to measure them."""

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
    return View(f"{_FIGURE}\n{head}\n{picture(svg, said)}\n</figure>", text)


def drawn(height: int, fill: Callable[[Figure], None]) -> str:
    """Return the SVG of a figure as wide as every chart, once *fill* has put all into it.

    Charts are drawn one after the other, whatever threads ask for them.
    """
    out = io.StringIO()
    with _alone, _settings():
        figure = Figure((WIDTH / 72, height / 72), dpi=72, frameon=False)
        fill(figure)
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        renderer: Any = _Renderer(WIDTH, height, out, metadata=nothing)  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        renderer.finalize()
    return _short(out.getvalue())


@contextmanager
def _settings() -> Iterator[None]:
    """Draw with our settings, and leave the reader's as they were: those that we change only."""
    ours = {name: value for name, value in _SETTINGS.items() if rcParams[name] != value}
    theirs = {name: rcParams[name] for name in ours}
    rcParams.update(ours)
    try:
        yield
    finally:
        rcParams.update(theirs)


def _short(svg: str) -> str:
    """Return a drawing in a third of its bytes; what stands between its tags is not touched."""
    head, _, rest = svg[svg.index("<svg") :].partition(">")
    head = head.replace('pt"', '"') + ' fill="none"'
    rest = re.sub(r"<[^>]+>", _tag, rest.replace("</style>", f"{_LETTERS}</style>", 1))
    return re.sub(r">\s+<", "><", f"{head}>{rest}").strip()


def _tag(found: re.Match[str]) -> str:
    tag = found[0]
    for pattern, short in _SHORTER:
        tag = pattern.sub(short, tag)
    return tag


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
