"""A picture of some data, and the same in plain text."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Container
from dataclasses import dataclass

from bpflab.errors import LabError
from bpflab.text import safe_text

# Or a page takes what stands between two `$` for mathematics, and a path looks like another:
# the first class is for MathJax 3 (JupyterLab), the second for MathJax 2 (nbconvert).
_PLAIN = '<div class="mathjax_ignore tex2jax_ignore">'
INK = "#1b1f24"  # of letters and axes in a picture
_GROUND = f"color:{INK};background:#f6f8fa;border-radius:8px"


@dataclass(frozen=True, repr=False)
class View:
    """What a view function returns: a notebook shows the HTML, everything else the text.

    The same data gives the same view, to the byte: it holds no random id and no clock.

    Attributes:
        html: markup in which everything that came from data is escaped.
        text: the same content for a terminal, a screen reader, a test.

    Raises:
        LabError: ``argument`` where one of them is no text, or holds what no page can be sent.
    """

    html: str
    text: str

    def __post_init__(self) -> None:
        for name, value in (("html", self.html), ("text", self.text)):
            if not isinstance(value, str):
                kind = type(value).__name__
                raise LabError("argument", f"View takes {name} as text, and got {kind}.")
            try:
                value.encode()
            except UnicodeEncodeError as error:
                raise LabError(
                    "argument",
                    f"View's {name} holds a character that is half of a pair: {error.reason}.",
                    fix="Show names with safe_text(name).",
                ) from None

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        title, *rest = self.text.splitlines() or [""]
        return f"<View: {title} (+{len(rest)} lines)>"

    def _repr_mimebundle_(
        self, include: Container[str] | None = None, exclude: Container[str] | None = None
    ) -> dict[str, str]:
        return {"text/html": f"{_PLAIN}\n{self.html}\n</div>", "text/plain": self.text}


def markup(raw: bytes | str, limit: int = 4096) -> str:
    r"""Return *raw* as HTML text that is safe between tags and inside a quoted attribute.

    >>> markup(b"<script>\x1b")
    '&lt;script&gt;\\x1b'
    """
    return html.escape(safe_text(raw, limit), quote=True)


def picture(svg: str, alt: str, width: int | None = None) -> str:
    """Return a drawing as an image, with *alt* for those who cannot see it.

    It is *width* pixels wide, or as the drawing says, and never wider than the page. An ``<svg>``
    in the HTML itself is stripped from an untrusted notebook and on GitHub, and its words run
    together; inside an image it stays. It then knows nothing of the page's colours, so it has a
    ground of its own.
    """
    head, _, rest = svg.partition(">")
    mine, count = re.subn(r' style="', f' style="{_GROUND};', head, count=1)
    head = mine if count else head.replace("<svg", f'<svg style="{_GROUND}"', 1)
    data = base64.b64encode(f"{head}>{rest}".encode()).decode()
    source = f"data:image/svg+xml;base64,{data}"
    size = f' width="{width}"' if width else ""
    return f'<img alt="{markup(alt, len(alt))}"{size} style="max-width:100%" src="{source}"/>'
