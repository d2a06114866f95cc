"""A log at one moment: its newest events, its books, and how fast they come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from bpflab.views.table import table
from bpflab.views.view import View, markup

_STEPS = "▁▂▃▄▅▆▇█"
_ALWAYS = ("shown", "filtered", "dropped")  # the others only where they are not 0
_LINE = "margin:0;padding:.2em .7em"
_MONO = "font-family:var(--jp-code-font-family,ui-monospace,monospace)"


def newest(frame: pd.DataFrame, caption: str, columns: Sequence[object] | None = None) -> View:
    """Return *frame* as a table for a reader who watches it move.

    Without *columns*, lengths, statuses and raw bytes of strings are left out where every string
    was read whole.
    """
    return table(frame, caption, columns=_telling(frame) if columns is None else columns)


def balanced(view: View, books: Mapping[str, int], speeds: Sequence[float] = ()) -> View:
    """Return *view* and below it where all events went, and how fast they come.

    *books* is what ``EventLog.ledger`` returns, and *speeds* events a second, the latest last.
    """
    lines = [_balance(books), *([_speed(speeds)] if len(speeds) else [])]
    html = "\n".join(f'<p style="{_LINE};{_MONO}">{markup(line)}</p>' for line in lines)
    return View(f"<div>\n{view.html}\n{html}\n</div>", "\n".join([view.text, *lines]))


def _telling(frame: pd.DataFrame) -> list[object]:
    """Return the columns that a reader of a moving table can use."""
    names = [str(name) for name in frame.columns]
    strings = [name for name in names if f"{name}_status" in names]
    extra = {f"{name}_{part}" for name in strings for part in ("len", "bytes", "status")}
    extra -= {f"{n}_status" for n in strings if not (frame[f"{n}_status"] == "whole").all()}
    return [name for name in frame.columns if name not in extra]


def _balance(books: Mapping[str, int]) -> str:
    if "produced" not in books:
        return f"{books['shown']:,} shown; the program does not count what was dropped"
    parts = {k: v for k, v in books.items() if k != "produced" and (v or k in _ALWAYS)}
    said = " + ".join(f"{count:,} {name}" for name, count in parts.items())
    return f"{books['produced']:,} produced = {said}"


def _speed(speeds: Sequence[float]) -> str:
    most = max(speeds)
    steps = "".join(_STEPS[round(s / most * (len(_STEPS) - 1)) if most else 0] for s in speeds)
    return f"{steps} {speeds[-1]:,.0f} events a second, {most:,.0f} at most"
