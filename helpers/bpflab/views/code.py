"""C source as a reader wants it: numbered, marked, coloured, and compared with the step before."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from pygments import token  # type: ignore[import-untyped]
from pygments.lexers.c_cpp import CLexer  # type: ignore[import-untyped]

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.view import View, escaped, figure

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


@checked
def code(text: str | bytes, title: str, *, marks: Iterable[str] = ()) -> View:
    """Return C source with line numbers; lines that hold one of *marks* have a sign and a colour.

    A mark is text, since lines move when the file changes.

    Raises:
        LabError: ``no-mark`` where no line holds one of them.

    >>> print(code("int x;\\nint y;", "two.c", marks=["y;"]))
    two.c
        1  int x;
    >   2  int y;
    """
    lines = _lines(text)
    marked = set[int]()
    for mark in marks:
        found = {at for at, line in enumerate(lines) if mark in line}
        if not found:
            message = f"No line of {safe_text(title)} holds {safe_text(repr(mark))}."
            raise LabError("no-mark", message, fix="A mark is a part of a line, letter by letter.")
        marked |= found
    plain, rows = [], []
    shown = _shown(lines)
    for at, (line, html) in enumerate(zip(shown, _coloured(shown), strict=True)):
        sign, number = ">" if at in marked else " ", f"{at + 1:>3}"
        plain.append(f"{sign} {number}  {line}".rstrip())
        rows.append(_row(sign, number, html))
    return View(_listing(title, rows), "\n".join([safe_text(title), *plain]))


@checked
def diff(
    old: str | bytes, new: str | bytes, old_title: str, new_title: str, context: int = 2
) -> View:
    """Return what changed from *old* to *new*, with *context* lines around each change.

    Lines that went carry "-", lines that came "+", in orange and blue. The text is a unified diff.

    >>> print(diff("a\\nb", "a\\nc", "1.c", "2.c"))
    --- 1.c
    +++ 2.c
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    before, after = _lines(old), _lines(new)
    titles = safe_text(old_title), safe_text(new_title)
    unified = list(difflib.unified_diff(before, after, *titles, lineterm="", n=context))
    if not unified:
        text = f"no difference between {titles[0]} and {titles[1]}"
        return View(f"<p><em>{escaped(text)}</em></p>", text)
    # The tabs of the source stay.
    lines = ["\t".join(safe_text(p, len(p)) for p in line.split("\t")) for line in unified[2:]]
    rows = list(_changes(before, after, context))
    return View(_listing(f"{old_title} → {new_title}", rows), "\n".join([*unified[:2], *lines]))


def _changes(before: list[str], after: list[str], context: int) -> Iterator[str]:
    went, came = _coloured(_shown(before)), _coloured(_shown(after))
    groups = difflib.SequenceMatcher(None, before, after).get_grouped_opcodes(context)
    for group in groups:
        first, last = group[0], group[-1]
        if first[1] or first[3]:
            yield _row(" ", f"{'⋯':>3} {'⋯':>3}", "")
        for tag, i, i_end, j, j_end in group:
            if tag == "equal":
                for a, b in zip(range(i, i_end), range(j, j_end), strict=True):
                    yield _row(" ", f"{a + 1:>3} {b + 1:>3}", came[b])
                continue
            for a in range(i, i_end):
                yield _row("-", f"{a + 1:>3}    ", went[a])
            for b in range(j, j_end):
                yield _row("+", f"    {b + 1:>3}", came[b])
    if last[2] < len(before) or last[4] < len(after):
        yield _row(" ", f"{'⋯':>3} {'⋯':>3}", "")


def _listing(title: str, rows: list[str]) -> str:
    body = "".join(rows)
    return figure(
        title, f'<pre tabindex="0" style="{_PRE}"><code style="{_ALL}">{body}</code></pre>'
    )


def _row(kind: str, numbers: str, html: str) -> str:
    """Return one line's HTML; its *kind* is a blank, ">" for marked, "+" or "-"."""
    tag, sign, style = _ROWS[kind]
    gutter = f'<span style="{_GUTTER}">{sign} <span style="{_NUMBER}">{numbers}</span>  </span>'
    return f'<{tag} style="display:block;{style}">{gutter}{html}\n</{tag}>'


def _lines(text: str | bytes) -> list[str]:
    """Return the lines of a text, as the compiler counts them."""
    # Only the newline ends a line, as for the compiler; str.splitlines knows eleven others.
    known = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
    return known.removesuffix("\n").split("\n") if known else []


def _shown(lines: list[str]) -> list[str]:
    """Return lines as they may be shown, whole, their tabs as blanks."""
    wide = [line.expandtabs(_TAB) for line in lines]
    return [safe_text(line, len(line)) for line in wide]


def _coloured(lines: list[str]) -> list[str]:
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
