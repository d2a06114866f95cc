"""What charts share: SVG of a picture's whole width, and names that fit in it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from bpflab.text import safe_text
from bpflab.views.drawing import columns, escaped
from bpflab.views.view import View, markup, picture

WIDTH = 692  # of every chart, in pixels of a page that is not zoomed
SIZE = 13  # of its letters
BLUE = "#0072b2"  # Okabe and Ito's: 4.9:1 on the ground that `picture` lays

_NAME = 40  # columns of a name in a chart; its text has more of it
_FIGURE = '<figure style="margin:0;max-width:100%" role="group">'
_CAPTION = "font-weight:600;padding:.3em 0"
# Two names that differ in their spaces look different.
_LETTERS = f"text{{fill:currentColor;font:{SIZE}px sans-serif;white-space:pre}}"


def framed(caption: str, svg: str, said: str, text: str) -> View:
    """Return the view of a drawing: *said* is read aloud in its place, *text* is its twin."""
    head = f'<figcaption style="{_CAPTION}">{markup(caption)}</figcaption>'
    return View(f"{_FIGURE}\n{head}\n{picture(svg, said)}\n</figure>", text)


def svg(height: int, parts: Iterable[str]) -> str:
    """Return the SVG of a chart: its *parts* in a picture of the usual width."""
    # Written here, and not by matplotlib: what matplotlib draws depends on rcParams, which are the
    # whole process's. To set them in the thread of a live view changes a learner's own figures.
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" fill="none"><style>{_LETTERS}</style>'
    )
    return "".join([head, *parts, "</svg>"])


def text(x: float, y: float, words: str, style: str = "", turn: int = 0) -> str:
    """Return *words* as SVG, their base line at *y*; nothing if there are none."""
    if not words:
        return ""
    where = f'x="{short(x)}" y="{short(y)}"'
    turned = f' transform="rotate({turn} {short(x)} {short(y)})"' if turn else ""
    return f"<text {where}{turned}{styled(style)}>{escaped(words)}</text>"


def path(points: str, style: str) -> str:
    """Return a stroke or an area as SVG."""
    return f'<path d="{points}"{styled(style)}/>'


def styled(style: str) -> str:
    """Return the attribute for *style*, or nothing."""
    return f' style="{style}"' if style else ""


def short(number: float) -> str:
    """Return a number of pixels, to a tenth.

    >>> short(12.34), short(12.0), short(-0.01)
    ('12.3', '12', '0')
    """
    shown = f"{number:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


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
