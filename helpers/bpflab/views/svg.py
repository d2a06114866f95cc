"""What pictures share: colours, short names, and how SVG becomes an image of a page."""

from __future__ import annotations

import base64
from typing import Any

import pandas as pd

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
