"""Lines of C as a page shows them: numbered, with a sign and a colour where something is said."""

from __future__ import annotations

from pygments import token  # type: ignore[import-untyped]
from pygments.lexers.c_cpp import CLexer  # type: ignore[import-untyped]

from bpflab.text import safe_text
from bpflab.views.view import escaped

# JupyterLab's own colours, mixed with the text colour until each reaches 4.5:1 on every background
# used here, in the light and the dark theme. Where there is no such theme they fall away.
_COLOURS = {
    "kw": ("keyword", {token.Keyword}),
    "st": ("string", {token.String, token.Comment.PreprocFile}),
    "nu": ("number", {token.Number}),
    "pp": ("operator", {token.Comment.Preproc}),
    "fn": ("property", {token.Name.Function}),
    "co": ("comment", {token.Comment}),
}
_SETTINGS = ";".join(
    f"--{short}:color-mix(in srgb,var(--jp-mirror-editor-{name}-color) 70%,currentColor)"
    for short, (name, _) in _COLOURS.items()
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
# Okabe and Ito's blue, orange and yellow: told apart by every kind of colour vision.
_MARKED = "font-weight:inherit;background:rgba(240,228,66,.16)" + _BAR + "#b8860b"
_ADDED = "background:rgba(0,114,178,.14)" + _BAR + "#0072b2"
_ALSO = "font-weight:inherit;" + _ADDED
_REMOVED = "background:rgba(213,94,0,.14)" + _BAR + "#d55e00"
_PLAIN = _BAR[1:] + "transparent"
_ROWS = {
    " ": ("span", " ", _PLAIN),
    ">": ("strong", "►", _MARKED),
    "•": ("strong", "•", _ALSO),
    "+": ("span", "+", _ADDED),
    "-": ("span", "-", _REMOVED),
}
_TAB = 8  # the kernel's
_TYPES = {f"{prefix}{bits}" for prefix in ("u", "s", "__u", "__s") for bits in (8, 16, 32, 64)}


def listing(rows: list[str]) -> str:
    """Return a box that holds rows, as `row` gives them, and scrolls where they are too wide."""
    body = "".join(rows)
    return f'<pre tabindex="0" style="{_PRE}"><code style="{_ALL}">{body}</code></pre>'


def row(kind: str, numbers: str, html: str) -> str:
    """Return one line's HTML; its *kind* is a blank, ">" for marked, "•" for noted, "+" or "-"."""
    tag, sign, style = _ROWS[kind]
    gutter = f'<span style="{_GUTTER}">{sign} <span style="{_NUMBER}">{numbers}</span>  </span>'
    return f'<{tag} style="display:block;{style}">{gutter}{html}\n</{tag}>'


def note(text: str, line: str) -> str:
    """Return safe words about *line*, which is the row above, as a row below its first letter."""
    blanks = " " * (len("► 123  ") + len(line) - len(line.lstrip(" ")))
    return f'<em style="display:block;{_PLAIN}">{blanks}↑ {text}\n</em>'


def printable(lines: list[str]) -> list[str]:
    """Return lines as they may be shown, whole, their tabs as blanks."""
    wide = [line.expandtabs(_TAB) for line in lines]
    return [safe_text(line, len(line)) for line in wide]


def coloured(lines: list[str]) -> list[str]:
    """Return lines that are safe as HTML, each closed in itself."""
    done = [""]
    lexer = CLexer(stripnl=False, ensurenl=False)
    for kind, value in lexer.get_tokens("\n".join(lines)):
        short = _colour(kind, value)
        for turn, part in enumerate(value.split("\n")):
            if turn:
                done.append("")
            if part and short:
                slant = ";font-style:italic" if short == "co" else ""
                done[-1] += f'<span style="color:var(--{short}){slant}">{escaped(part)}</span>'
            elif part:
                done[-1] += escaped(part)
    return done if lines else []


def _colour(kind: object, value: str) -> str:
    if value in _TYPES:
        return "kw"
    if kind in token.Name and value.startswith(("bpf_", "BPF_")):
        return "fn"
    for short, (_, group) in _COLOURS.items():
        if any(kind in known for known in group):
            return short
    return ""
