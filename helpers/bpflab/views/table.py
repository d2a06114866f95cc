"""A DataFrame as a table that reads well in a notebook, on GitHub, aloud, and in a terminal."""

from __future__ import annotations

import datetime
import numbers
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import counted, safe_text, width
from bpflab.views.view import View, escaped

WHY = "why none"  # among the attrs of a frame: why it has no rows
MISSING = "–"  # noqa: RUF001 - a dash, since a minus would look like a number
_CELL = 512  # characters of one value; safe_text says how many more there are
_WRAP = 48  # a longer value may break into lines
_PAD = 60  # a longer value pushes its own line of the text aside, not the whole column

# Only what a theme should not decide. GitHub strips every style and still shows a good table.
_BOX = "overflow-x:auto;max-width:100%"
_TABLE = "margin:0;border-collapse:collapse;font-variant-numeric:tabular-nums"
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:.3em .7em"
_BODY = "font-family:var(--jp-code-font-family,ui-monospace,monospace)"
_NUMBER = "text-align:right;padding:.25em .7em"
_WORDS = "text-align:left;padding:.25em .7em;white-space:pre"
_LONG = _WORDS + "-wrap;overflow-wrap:anywhere;min-width:24em"
_NOTE = _WORDS + ";font-style:italic"


@runtime_checkable
class Framed(Protocol):
    """What has a table: a map, or a log of events."""

    def frame(self) -> pd.DataFrame:
        """Return it as a table."""


@checked
def table(
    frame: pd.DataFrame | Framed,
    caption: str,
    *,
    limit: int = 50,
    columns: Sequence[object] | None = None,
) -> View:
    r"""Return *frame* as a table under *caption*.

    Shows the first *limit* rows, and says how many it leaves out. *columns* picks columns and their
    order. A map or a log is shown as its ``frame()``. A named index becomes row headers; the
    running number of an unnamed one is left out. A missing value is shown as a dash. Of a map or a
    log without rows it says why there are none.

    Raises:
        LabError: ``no-column`` where *frame* lacks one of *columns*.

    >>> print(table(pd.DataFrame({"comm": [b"ls", b"a\nb"], "calls": [23, 5]}), "Calls"))
    Calls
    comm  calls
    ----  -----
    ls       23
    a\nb      5
    """
    frame = frame if isinstance(frame, pd.DataFrame) else frame.frame()
    for column in columns or ():
        if column not in frame.columns:
            there = ", ".join(map(_title, frame.columns))
            message = f"There is no column {_title(column)}."
            raise LabError("no-column", message, fix=f"There are: {there}.")
    rows = (frame if columns is None else frame[list(columns)]).head(max(limit, 0))
    fields = _fields(rows)
    title, why = safe_text(caption), str(frame.attrs.get(WHY) or "")
    note = _note(len(frame), len(frame) - len(rows), safe_text(why))
    return View(_html(fields, len(rows), title, note), _text(fields, title, note))


@dataclass(frozen=True)
class _Field:
    """One column, its values as they are shown."""

    title: str
    cells: list[str]
    right: bool
    scope: str  # "row" where it names its row


def _fields(rows: pd.DataFrame) -> list[_Field]:
    fields = []
    if any(name is not None for name in rows.index.names):
        for level, name in enumerate(rows.index.names):
            values = rows.index.get_level_values(level).tolist()
            fields.append(_field("" if name is None else _title(name), values, "row"))
    for place, label in enumerate(rows.columns):
        fields.append(_field(_title(label), rows.iloc[:, place].tolist(), ""))
    return fields


def _title(label: object) -> str:
    parts = label if isinstance(label, tuple) else (label,)
    return " ".join(_shown(part, 0) for part in parts)


def _field(title: str, values: list[Any], scope: str) -> _Field:
    known = [value for value in values if not _missing(value)]
    right = bool(known) and all(map(_is_number, known))
    places = _places([float(v) for v in known if isinstance(v, float | np.floating)])
    day = _common_day(known)
    cells = [
        MISSING if _missing(value) else f"{value:%H:%M:%S.%f}" if day else _shown(value, places)
        for value in values
    ]
    return _Field(f"{title} ({day})" if day else title, cells, right, scope)


def _common_day(known: list[Any]) -> str:
    """Return the day and time zone that all times of a column share: its title then says it."""
    if not all(isinstance(value, datetime.datetime) for value in known):
        return ""
    days = {f"{value:%Y-%m-%d %Z}".strip() for value in known}
    return days.pop() if len(days) == 1 else ""


def _missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _is_number(value: Any) -> bool:
    kinds = numbers.Real | datetime.timedelta | np.timedelta64
    return isinstance(value, kinds) and not isinstance(value, bool)


def _places(values: list[float]) -> int:
    """Return how many decimals a column needs: all that its values have, at most three."""
    return next((n for n in range(3) if all(round(v, n) == v for v in values)), 3)


def _shown(value: Any, places: int) -> str:
    if isinstance(value, str | bytes):
        return safe_text(value, _CELL)
    if isinstance(value, bytearray | memoryview):
        return safe_text(bytes(value), _CELL)
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:.3g}" if 0 < abs(number) < 0.0005 else f"{number:.{places}f}"
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist() if value.dtype.kind not in "mM" else pd.Series([value])[0]
    return safe_text(str(value), _CELL)


def _note(total: int, hidden: int, why: str) -> str:
    if not total:
        return f"no rows: {why}" if why else "no rows"
    return f"… {counted(hidden, 'row')} not shown" if hidden else ""


def _html(fields: list[_Field], count: int, title: str, note: str) -> str:
    title = escaped(title)
    wide = "" if len(title) > _PAD else ";white-space:nowrap"  # a caption is as wide as its table
    heads = "".join(_cell(field.title, field.right, "col") for field in fields)
    lines = [
        f"<tr>{''.join(_cell(field.cells[row], field.right, field.scope) for field in fields)}</tr>"
        for row in range(count)
    ]
    if note:
        lines.append(
            f'<tr><td colspan="{max(len(fields), 1)}" style="{_NOTE}">{escaped(note)}</td></tr>'
        )
    return "\n".join(
        [
            # A box that scrolls must be reachable from the keyboard, and then it needs a name.
            f'<div style="{_BOX}" tabindex="0" role="group" aria-label="{title}">',
            f'<table style="{_TABLE}">',
            f'<caption style="{_CAPTION}{wide}">{title}</caption>',
            f"<thead><tr>{heads}</tr></thead>",
            f'<tbody style="{_BODY}">',
            *lines,
            "</tbody>",
            "</table>",
            "</div>",
        ]
    )


def _cell(value: str, right: bool, scope: str) -> str:
    tag, head = ("th", f' scope="{scope}"') if scope else ("td", "")
    # GitHub keeps `align` and drops `style`; JupyterLab's own sheet overrules `align`.
    style = _NUMBER if right else _LONG if len(value) > _WRAP else _WORDS
    side = ' align="right"' if right else ' align="left"' if tag == "th" else ""
    return f'<{tag}{head}{side} style="{style}">{escaped(value)}</{tag}>'


def _text(fields: list[_Field], title: str, note: str) -> str:
    lines = [title]
    if fields:
        columns = [_padded(field) for field in fields]
        lines += ["  ".join(row).rstrip() for row in zip(*columns, strict=True)]
    return "\n".join([*lines, *([note] if note else [])])


def _padded(field: _Field) -> list[str]:
    """Return a column: its title, a rule, its values, all as wide but for what is very long."""
    wide = max(min(max(map(width, [field.title, *field.cells])), _PAD), 1)
    cells = [field.title, "-" * wide, *field.cells]
    if field.right:
        return [" " * (wide - width(cell)) + cell for cell in cells]
    return [cell + " " * (wide - width(cell)) for cell in cells]
