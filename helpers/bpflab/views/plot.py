"""Numbers as lines: a chart in SVG that follows the page's colours, with its table as text."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from bpflab.text import safe_text
from bpflab.views.table import table
from bpflab.views.view import View, markup

# Okabe and Ito's colours, each with a marker of its own: colour is never the only cue.
_STYLES = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#b8860b", "v"))
_INK = "#010203"  # stands for the page's text colour until the SVG is written
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: it scales, it can be read aloud
    "svg.hashsalt": "bpflab",  # the same data gives the same file
    "font.family": "sans-serif",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), _INK
    ),
}


def lines(frame: pd.DataFrame, caption: str, *, y: str, log: bool = False) -> View:
    """Return *frame* as a chart: a line for each column over the index, *y* naming their unit.

    The index's name labels the x axis; with *log* both axes are logarithmic. The text twin is the
    same numbers as a table.
    """
    with rc_context(_SETTINGS):
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        axes = figure.add_subplot()
        for number, column in enumerate(frame.columns):
            colour, marker = _STYLES[number % len(_STYLES)]
            label = _plain(column)
            axes.plot(frame.index, frame[column], color=colour, marker=marker, label=label)
        axes.set(xlabel=_plain(frame.index.name or ""), ylabel=_plain(y))
        if log:
            axes.set(xscale="log", yscale="log")
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
        if len(frame.columns) > 1:
            axes.legend(frameon=False)
        svg = _svg(figure)
    twin = table(frame, caption).text
    html = (
        '<figure style="margin:0;max-width:100%" role="group">\n'
        f'<figcaption style="font-weight:600;padding:.3em 0">{markup(caption)}</figcaption>\n'
        f'<div role="img" aria-label="{markup(twin.replace(chr(10), "; "))}">{svg}</div>\n</figure>'
    )
    return View(html, twin)


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    metadata = {"Date": None, "Creator": None}
    figure.savefig(out, format="svg", transparent=True, metadata=metadata)
    text = out.getvalue()
    return text[text.index("<svg") :].replace(_INK, "currentColor").strip()


def _plain(label: object) -> str:
    """Return a label that matplotlib does not take for mathematics."""
    return safe_text(str(label)).replace("$", r"\$")
