"""Lines of C on a page: numbers, signs and colours, one figure."""

from __future__ import annotations

from pygments.lexers.c_cpp import CLexer  # type: ignore[import-untyped]
from pygments.token import (  # type: ignore[import-untyped]
    Comment,
    Keyword,
    Name,
    Number,
    String,
)

from bpflab.text import safe_text
from bpflab.views.view import markup

# JupyterLab's own colours, mixed with the text colour until each reaches 4.5:1 on every background
# used here, in the light and the dark theme. Where there is no such theme they fall away.
_COLOURS = {
    "kw": "keyword",
    "st": "string",
    "nu": "number",
    "pp": "operator",
    "fn": "property",
    "co": "comment",
}
_KINDS = (
    ("pp", Comment.Preproc),
    ("st", Comment.PreprocFile),
    ("co", Comment),
    ("kw", Keyword),
    ("st", String),
    ("nu", Number),
    ("fn", Name.Function),
)
_SETTINGS = ";".join(
    f"--{short}:color-mix(in srgb,var(--jp-mirror-editor-{name}-color) 70%,currentColor)"
    for short, name in _COLOURS.items()
)
_PRE = (
    "margin:0;padding:.4em 0;overflow-x:auto;white-space:pre;"
    "border:1px solid var(--jp-border-color2,rgba(128,128,128,.4));"
    "font-family:var(--jp-code-font-family,ui-monospace,monospace);"
    "font-size:var(--jp-code-font-size,13px);line-height:1.45;"
    "color:var(--jp-content-font-color0,inherit);"
    "background:var(--jp-layout-color0,transparent);" + _SETTINGS
)
_ALL = (
    "display:inline-block;min-width:100%;background:none;padding:0;"
    "font:inherit;color:inherit;white-space:pre"
)
_GUTTER = "user-select:none;-webkit-user-select:none"
_NUMBER = "opacity:.7"
_BAR = ";padding-left:.4em;border-left:4px solid "
_TITLE = "font-weight:600;padding:.3em 0"
# Okabe and Ito's blue, orange and yellow: told apart by every kind of colour vision.
_MARKED = "font-weight:inherit;background:rgba(240,228,66,.16)" + _BAR + "#b8860b"
_ADDED = "background:rgba(0,114,178,.14)" + _BAR + "#0072b2"
_REMOVED = "background:rgba(213,94,0,.14)" + _BAR + "#d55e00"
_PLAIN = _BAR[1:] + "transparent"
_ROWS = {
    " ": ("span", " ", _PLAIN),
    ">": ("strong", "►", _MARKED),
    "+": ("span", "+", _ADDED),
    "-": ("span", "-", _REMOVED),
}
_TAB = 8  # the kernel's
_TYPES = {f"{prefix}{bits}" for prefix in ("u", "s", "__u", "__s") for bits in (8, 16, 32, 64)}


def figure(title: str, rows: list[str]) -> str:
    """Return the HTML of a listing of such rows, with its title."""
    body = "".join(rows)
    return (
        f'<figure style="margin:0;max-width:100%">\n'
        f'<figcaption style="{_TITLE}">{markup(title)}</figcaption>\n'
        f'<pre tabindex="0" style="{_PRE}"><code style="{_ALL}">{body}</code></pre>\n'
        f"</figure>"
    )


def row(kind: str, numbers: str, html: str) -> str:
    """Return one line's HTML; its *kind* is a blank, ">" for marked, "+" or "-"."""
    tag, sign, style = _ROWS[kind]
    gutter = f'<span style="{_GUTTER}">{sign} <span style="{_NUMBER}">{numbers}</span>  </span>'
    return f'<{tag} style="display:block;{style}">{gutter}{html}\n</{tag}>'


def lines_of(text: str | bytes) -> list[str]:
    """Return the lines of a text, as the compiler counts them."""
    # Only the newline ends a line, as for the compiler; str.splitlines knows eleven others.
    known = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    return known.removesuffix("\n").split("\n") if known else []


def clean(line: str) -> str:
    """Return a line that may be shown, its tabs as blanks."""
    wide = line.expandtabs(_TAB)
    return safe_text(wide, len(wide))


def coloured(lines: list[str]) -> list[str]:
    """Return the lines as HTML, each closed in itself."""
    done = [""]
    lexer = CLexer(stripnl=False, ensurenl=False)
    for token, value in lexer.get_tokens("\n".join(map(clean, lines))):
        short = _colour(token, value)
        for turn, part in enumerate(value.split("\n")):
            if turn:
                done.append("")
            if part and short:
                slant = ";font-style:italic" if short == "co" else ""
                done[-1] += (
                    f'<span style="color:var(--{short}){slant}">{markup(part, len(part))}</span>'
                )
            elif part:
                done[-1] += markup(part, len(part))
    return done if lines else []


def _colour(token: object, value: str) -> str:
    if value in _TYPES:
        return "kw"
    if token in Name and value.startswith(("bpf_", "BPF_")):
        return "fn"
    return next((short for short, kind in _KINDS if token in kind), "")
