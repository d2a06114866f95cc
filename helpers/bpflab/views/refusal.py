"""A refusal as a panel: what happened, where, why, what to try, and the whole log."""

from __future__ import annotations

import sys

from bpflab.errors import LabError, Place
from bpflab.notebook import watched
from bpflab.text import counted, safe_text
from bpflab.views.listing import coloured, listing, note, printable, row
from bpflab.views.view import View, escaped, markup

_BOX = "border-left:4px solid {};padding:.2em .9em;margin:0"
_TABLE = "margin:0;width:100%;table-layout:fixed"
_ROW = "vertical-align:top;padding:.15em .8em .15em 0;text-align:left;white-space:pre-wrap"
_NAMES = ";width:4em"
_LOG = (
    "margin:.3em 0;max-height:24em;overflow:auto;white-space:pre;"
    "font-family:var(--jp-code-font-family,ui-monospace,monospace);font-size:.9em;line-height:1.4"
)
_RED, _AMBER = "#d55e00", "#b8860b"
_LOOK = "from bpflab import verifier; verifier()"  # the walk that ended here, step by step
_HEAD, _TAIL = 60, 140  # lines of a log that are shown: the fault stands at its end


def refusal(error: LabError, title: str = "Refused", *, log: bool = False) -> View:
    """Return the panel for *error*; *title* stands before its kind.

    With `LabError.lines` its places are marked in a listing. With *log* the page has the log as
    well, closed at first, and of a long one the ends: it is for the cell that a fault has ended,
    not for outputs that are stored and compared, since kernels print different logs. What a kernel
    says in its own words, which only some do, is left out as well of what is stored and compared.
    A refusal of the verifier's that `verifier` finds, the last one, leads there where a reader is.

    The text has a line for each row and no listing; the HTML keeps the lines that a row has.
    """
    return _panel(error, f"✗ {title}: {error.kind}", _RED, log)


def warning(error: LabError) -> View:
    """Return the panel for what is no refusal, and all the same a mistake."""
    head = "⚠ The compiler warns" if error.kind == "warning" else f"⚠ Warning: {error.kind}"
    return _panel(error, head, _AMBER, False)


def _panel(error: LabError, head: str, colour: str, log: bool) -> View:
    listed = {(place.file, place.line) for place in error.lines}
    parts = [*([error.place] if error.place else []), *(place for place, _ in error.also)]
    whole = error.place and listed.issuperset((place.file, place.line) for place in parts)
    said = [row for row in error.rows() if row[0] != "kernel" or log or watched()]
    body = _row("what", _lines(error.message))
    for name, text in said:
        if whole and name == "where":
            body += _row(name, f"{markup(str(error.place))}\n{_excerpt(error)}")
        elif not whole or name != "also":  # else its words are in the listing
            body += _row(name, _lines(text))
    last = error.of_verifier and error is getattr(sys, "last_value", None)
    look = [("look", _LOOK)] if last and (log or watched()) else []
    body += "".join(_row(name, f"<code>{_lines(text)}</code>") for name, text in look)
    html = (
        f'<div style="{_BOX.format(colour)}"><table style="{_TABLE}"><caption '
        'style="caption-side:top;text-align:left;font-weight:600">'
        f"{markup(head)}</caption>{body}\n</table>{_log(error.log) if log else ''}</div>"
    )
    rows = [("what", error.message), *said, *look]
    lines = [f"{name:<6} {safe_text(' '.join(text.split()))}" for name, text in rows]
    return View(html, "\n".join([safe_text(head), *lines]))


def _row(name: str, html: str) -> str:
    head = f'<th scope="row" style="{_ROW}{_NAMES}">{name}</th>'
    return f'\n<tr>{head}<td style="{_ROW}">{html}</td></tr>'


def _lines(text: str) -> str:
    return "\n".join(map(markup, text.expandtabs().split("\n")))


def _excerpt(error: LabError) -> str:
    """Return the lines around the fault; a line that is part of it has its words below it."""
    notes: dict[tuple[str, int], list[str]] = {}
    for place, what in error.also:
        notes.setdefault((place.file, place.line), []).append(what)
    several = len({place.file for place in error.lines}) > 1
    rows, before = list[str](), Place("", 0)
    texts = printable([place.text for place in error.lines])
    for place, text, html in zip(error.lines, texts, coloured(texts), strict=True):
        if several and place.file != before.file:
            rows.append(row(" ", "  ⋯", markup(place.file)))
        elif before.file and place.line > before.line + 1:
            rows.append(row(" ", "  ⋯", ""))
        words = notes.get((place.file, place.line), [])
        here = error.place and (place.file, place.line) == (error.place.file, error.place.line)
        rows.append(row(">" if here else "•" if words else " ", f"{place.line:>3}", html))
        rows += [note(markup(" ".join(what.split())), text) for what in words]
        before = place
    return listing(rows)


def _log(log: str) -> str:
    """Return *log* behind a line that opens it, or nothing."""
    if not log.strip():
        return ""
    lines = log.strip("\n").split("\n")
    count = counted(len(lines), "line")
    if (out := len(lines) - _HEAD - _TAIL) > 0:
        where = "All of them: import sys; print(sys.last_value.log)"
        lines[_HEAD:-_TAIL] = ["", f"… {out} lines are left out here. {where}", ""]
    text = escaped("\n".join(printable(lines)))
    return (
        f"\n<details><summary>The whole log: {count}</summary>\n"
        f'<pre tabindex="0" style="{_LOG}">{text}</pre></details>'
    )
