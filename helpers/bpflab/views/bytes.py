"""The bytes of a buffer, each coloured by where it comes from: this string, or an earlier one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.dump import SIGNS, Line, counted, dumped, printable, summary
from bpflab.views.origins import MEANINGS, WORD, leftovers_start, origins
from bpflab.views.view import View, markup

__all__ = ["grid", "leftovers_start", "origins"]

# The looks of each origin. Okabe and Ito's colours, and never a colour alone: a line under it of
# another kind, and its sign in the last column.
_LINE = "text-decoration:underline 2px {};text-underline-offset:3px;text-decoration-skip-ink:none"
_LOOKS = {
    "string": "background:rgba(0,114,178,.2);" + _LINE.format("#0072b2"),
    "nul": "background:rgba(240,228,66,.4);outline:2px solid;font-weight:700",
    "zeroed": "background:rgba(0,158,115,.2);" + _LINE.format("dotted #009e73"),
    "left over": "font-weight:700;background:rgba(213,94,0,.24);" + _LINE.format("wavy #d55e00"),
    "never written": "opacity:.7",
}

_FIGURE = "margin:0;max-width:100%;overflow-x:auto"
_TABLE = "margin:0;border-collapse:collapse;white-space:nowrap"
_CAPTION = "caption-side:top;text-align:left;font-weight:600;padding:.3em .7em;white-space:normal"
_BODY = (
    "font-family:var(--jp-code-font-family,ui-monospace,monospace);"
    "font-size:var(--jp-code-font-size,13px)"
)
_ROW = "background:none"  # no stripes: here a background means something
_CELL = "text-align:left;padding:.25em .6em;white-space:pre"
_SPLIT = _CELL + ";border-left:1px solid var(--jp-border-color1,rgba(128,128,128,.6))"
_OFFSET = "text-align:right;padding:.25em .6em;font-weight:400"
_HEAD = "text-align:left;padding:.6em .6em .25em"
_LEGEND = "margin:0;padding:.4em .6em;display:flex;flex-wrap:wrap;gap:.2em 1.4em;list-style:none"
_SAMPLE = "white-space:pre;padding:0 .1em;margin-right:.3em;" + _BODY + ";"


@checked
def grid(
    values: Mapping[str, bytes] | bytes,
    origins: Mapping[str, Sequence[str]] | Sequence[str],
    title: str,
    *,
    width: int = 16,
    rows: int = 8,
) -> View:
    """Return buffers in hex and text, *width* bytes a line, each byte marked with its origin.

    *values* is one buffer, or several by name (``"cpu 0"``), and *origins* what `origins` gave for
    it or for each of them. Offsets are decimal, as lengths are. Lines of one and the same byte and
    origin become one that counts them; what *rows* lines do not hold is counted below.

    Raises:
        LabError: ``grid-width`` where *width* is no multiple of the 8-byte word; ``grid-origins``
            where a buffer and its origins do not fit each other.
    """
    if width < WORD or width % WORD:
        why = "A line ends where a word ends."
        raise LabError("grid-width", f"A line cannot have {width} bytes.", why=why, fix="Try 16.")
    buffers = {"": values} if isinstance(values, bytes) else values
    by_name = origins if isinstance(origins, Mapping) else {"": origins}
    parts = []
    for name, value in buffers.items():
        _fitting(name, value, by_name.get(name, ()))
        said = summary(by_name[name]) if value else "an empty buffer"
        head = said if buffers is not values else f"{safe_text(name, 80)}: {said}"
        parts.append((head, list(dumped(value, by_name[name], width, rows))))
    seen = {origin for name in buffers for origin in by_name[name]}
    legend = [origin for origin in MEANINGS if origin in seen]
    return View(_html(title, parts, legend, width), _text(title, parts, legend))


def _fitting(name: str, value: bytes, origins: Sequence[str]) -> None:
    if len(origins) != len(value) or not set(origins) <= MEANINGS.keys():
        which = f"{counted(len(value))} of {safe_text(name, 80)}" if name else counted(len(value))
        raise LabError(
            "grid-origins",
            f"{len(origins)} origins do not fit {which}.",
            fix="Give what origins(now, length, before) returned for the same bytes.",
        )


def _html(title: str, parts: list[tuple[str, list[Line]]], legend: list[str], width: int) -> str:
    words = width // WORD
    ends = [f"{at} to {at + WORD - 1}" for at in range(0, width, WORD)]
    heads = "".join(
        f'<th scope="col" align="left" style="{_SPLIT if at else _CELL}">{head}</th>'
        for at, head in enumerate(["offset", "bytes " + ends[0], *ends[1:], "text", "origin"])
    )
    wide = f'colspan="{words + 3}"'
    bodies = [
        "\n".join(
            [
                f'<tbody style="{_BODY}">',
                f'<tr style="{_ROW}"><th {wide} scope="rowgroup" align="left" style="{_HEAD}">'
                f"{markup(head)}</th></tr>",
                *(_row(line, words) for line in lines),
                "</tbody>",
            ]
        )
        for head, lines in parts
    ]
    items = [
        f'<li><span style="{_SAMPLE}{_LOOKS[origin]}"> {SIGNS[origin]} </span> '
        f"<strong>{origin}</strong>: {MEANINGS[origin]}</li>"
        for origin in legend
    ]
    return "\n".join(
        [
            # A box that scrolls must be reachable from the keyboard, and then it needs a name.
            f'<div style="{_FIGURE}" tabindex="0" role="group" aria-label="{markup(title)}">',
            f'<table style="{_TABLE}">',
            f'<caption style="{_CAPTION}">{markup(title)}</caption>',
            f'<thead><tr style="{_ROW}">{heads}</tr></thead>',
            *bodies,
            "</table>",
            *([f'<ul aria-label="legend" style="{_LEGEND}">', *items, "</ul>"] if items else []),
            "</div>",
        ]
    )


def _row(line: Line, words: int) -> str:
    head = f'<th scope="row" align="right" style="{_OFFSET}">{line.offset}</th>'
    if line.note:
        note = f'<td colspan="{words + 2}" style="{_SPLIT}"><em>{markup(line.note)}</em></td>'
        return f'<tr style="{_ROW}">{head}{note}</tr>'
    groups = list(line.groups())
    cells = [
        _spans(value, found, line.offset + at * WORD) for at, (value, found) in enumerate(groups)
    ]
    cells += [""] * (words - len(cells))
    cells += [_spans(line.value, line.origins, None), markup(" ".join(line.signs))]
    filled = "".join(f'<td align="left" style="{_SPLIT}">{cell}</td>' for cell in cells)
    return f'<tr style="{_ROW}">{head}{filled}</tr>'


def _spans(value: bytes, origins: Sequence[str], offset: int | None) -> str:
    """Return each run of one origin in its looks: as hex, or where there is no offset as text."""
    done, at = [], 0
    for origin, run in groupby(origins):
        end = at + len(list(run))
        part = value[at:end]
        shown = printable(part) if offset is None else part.hex(" ")
        hint = "" if offset is None else f' title="{origin}, from offset {offset + at}"'
        done.append(f'<span style="{_LOOKS[origin]}"{hint}>{markup(shown)}</span>')
        at = end
    return ("" if offset is None else " ").join(done)


def _text(title: str, parts: list[tuple[str, list[Line]]], legend: list[str]) -> str:
    said = [safe_text(title)]
    digits = max([len(str(line.offset)) for _, lines in parts for line in lines], default=1)
    for head, lines in parts:
        full = max((len(line.hex) for line in lines), default=0)
        said += ["", head]
        for line in lines:
            at = f"{line.offset:>{digits + 2}}  "
            if line.note:
                said.append(at + line.note)
                continue
            said.append(f"{at}{line.hex:<{full}}  {line.chars}".rstrip())
            under = " | ".join("  ".join(signs) for signs in line.signs)
            said.append((" " * len(at) + under.replace(" | ", "  | ")).rstrip())
    means = [f"{SIGNS[name]} {name}: {MEANINGS[name]}" for name in legend]
    return "\n".join([*said, *([""] if means else []), *means])
