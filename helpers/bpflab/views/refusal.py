"""A refusal as a panel: what happened, where, why, and what to try."""

from __future__ import annotations

from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.view import View, markup

_BOX = "border-left:4px solid #d55e00;padding:.2em .9em;margin:0"
_ROW = "vertical-align:top;padding:.15em .8em .15em 0;text-align:left;white-space:pre-wrap"


def refusal(error: LabError, title: str = "Refused") -> View:
    """Return the panel for *error*; *title* stands before its kind.

    Its text has a line for each row; the HTML keeps the lines that a row has.
    """
    rows = [("what", error.message), *error.rows()]
    head = f"{title}: {error.kind}"
    body = ""
    for name, text in rows:
        shown = "\n".join(map(markup, text.expandtabs().split("\n")))
        body += (
            f'\n<tr><th scope="row" style="{_ROW}">{name}</th><td style="{_ROW}">{shown}</td></tr>'
        )
    html = (
        f'<div style="{_BOX}"><table style="margin:0"><caption style="caption-side:top;'
        f'text-align:left;font-weight:600">✗ {markup(head)}</caption>{body}\n</table></div>'
    )
    lines = [f"{name:<6} {safe_text(' '.join(text.split()))}" for name, text in rows]
    return View(html, "\n".join([f"✗ {safe_text(head)}", *lines]))
