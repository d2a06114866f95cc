"""A picture of some data, and the same in plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Container
from dataclasses import dataclass

from bpflab.errors import LabError
from bpflab.text import safe_text

# Or a page takes what stands between two `$` for mathematics, and a path looks like another:
# the first class is for MathJax 3 (JupyterLab), the second for MathJax 2 (nbconvert).
_PLAIN = '<div class="mathjax_ignore tex2jax_ignore">'
_TITLE = "font-weight:600;padding:.3em 0"


@dataclass(frozen=True, repr=False)
class View:
    """What a view function returns: a notebook shows the HTML, everything else the text.

    The same data gives the same view, to the byte: it holds no random id and no clock.

    Attributes:
        html: markup in which everything that came from data is escaped.
        text: the same content for a terminal, a screen reader, a test.

    Raises:
        LabError: ``argument`` where one of them is no text, or holds what no page can be sent.

    >>> live(lambda: View("<b>ls</b>", "ls"))
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
    return escaped(safe_text(raw, limit))


def escaped(text: str) -> str:
    """Return text that is safe already, as `safe_text` is, as HTML."""
    return html.escape(text, quote=True)


def inline(text: str) -> str:
    """Return *text* as HTML in which what stands between two backticks is code.

    >>> inline("Does `<b>` fit?")
    'Does <code>&lt;b&gt;</code> fit?'
    """
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", markup(text))


def figure(title: str, *parts: str) -> str:
    """Return HTML with a title above it."""
    head = f'<figcaption style="{_TITLE}">{markup(title)}</figcaption>'
    return "\n".join(['<figure style="margin:0;max-width:100%">', head, *parts, "</figure>"])
