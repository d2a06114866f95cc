"""A graph as SVG: boxes, arrows, counts and a legend."""

from __future__ import annotations

import unicodedata

from bpflab.views.geometry import CHAR, EDGE, Box, Point, curve, geometry
from bpflab.views.layers import KINDS, Arc, Kind
from bpflab.views.view import markup

# Okabe and Ito's colours, 3:1 on white and on JupyterLab's dark ground; besides, each kind has its
# own line and head. What never happened is grey.
_COLOURS = {"jump": "#0072b2", "return": "#009e73", "fall through": "#d55e00"}
_NEVER = "#808080"
_GROUND = "#f6f8fa"  # the ground that `picture` lays
_SVG = "font:13px ui-monospace,monospace"
_HALO = f'stroke="{_GROUND}" stroke-width="6" stroke-linejoin="round" paint-order="stroke"'


def svg(title: str, text: str, names: list[str], arcs: list[Arc]) -> str:
    """Return the graph of nodes, called *names*, and *arcs*; *title* and *text* describe it."""
    if not names:
        return ""
    drawn = geometry([columns(name) for name in names], arcs)
    parts = [_drawn(arc, stroke, names) for arc, stroke in zip(arcs, drawn.strokes, strict=True)]
    lively = {arc.src for arc in arcs if arc.src != arc.dst}
    lively |= {arc.dst for arc in arcs if arc.kind == "jump"}
    ends = {arc.dst for arc in arcs} - lively
    parts += [
        _node(name, box, node in ends)
        for node, (name, box) in enumerate(zip(names, drawn.boxes, strict=True))
    ]
    for arc, (at, level) in zip(arcs, drawn.counts, strict=True):
        faint = ' fill-opacity=".75"' if not arc.times else ' font-weight="600"'
        parts.append(
            f'<text x="{at}" y="{level + 4}" text-anchor="middle" fill="currentColor"{faint} '
            f"{_HALO}>{arc.times}</text>"
        )
    legend, width = _legend(arcs, drawn.tall)
    width = max(width, drawn.wide)
    height = drawn.tall + (24 if legend else 0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" '
            f'height="{height}" viewBox="0 0 {width} {height}" style="{_SVG}">',
            f"<title>{markup(title)}</title>",
            f"<desc>{escaped(text)}</desc>",
            *parts,
            *legend,
            "</svg>",
        ]
    )


def escaped(text: str) -> str:
    """Return *text* as HTML, its lines kept."""
    return "\n".join(markup(line, len(line)) for line in text.split("\n"))


def columns(text: str) -> int:
    """Return how many columns *text* takes."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide


def _node(name: str, box: Box, end: bool) -> str:
    left, top, wide, tall, middle = box
    return (
        f'<rect x="{left}" y="{top}" width="{wide}" height="{tall}" '
        f'rx="{17 if end else 4}" fill="{_GROUND}" stroke="currentColor"/>'
        f'<text x="{left + wide // 2}" y="{middle + 4}" text-anchor="middle" '
        f'fill="currentColor" font-style="{"italic" if end else "normal"}">'
        f"{markup(name, len(name))}</text>"
    )


def _drawn(arc: Arc, stroke: list[Point], shown: list[str]) -> str:
    colour = _COLOURS[arc.kind] if arc.times else _NEVER
    tenths = min(16 + 3 * arc.times.bit_length(), 80) if arc.times else 10
    long, half = 8 + tenths // 12, 4 + tenths // 20
    (x, y), (before, _) = stroke[-1], stroke[-2]
    if len(stroke) % 2:
        (x0, top), (_, high), _ = stroke
        peak = top - (top - high) * 4 // 3  # a curve rises to three quarters of where it aims
        path = f"M{x0} {top}C{x0 + 8} {peak} {x - 8} {peak} {x} {y - long + 1}"
        head = f"{x},{y} {x - half},{y - long} {x + half},{y - long}"
    else:
        turn = 1 if x > before else -1
        cut = [*stroke[:-1], (x - turn * (long - 1), y)]
        path = ""
        for at in range(0, len(cut), 2):
            p = [f"{a} {b}" for a, b in curve(cut, at)]
            path += f"{'L' if path else 'M'}{p[0]}C{' '.join(p[1:])}"
        head = f"{x},{y} {x - turn * long},{y - half} {x - turn * long},{y + half}"
    said = f"{shown[arc.src]} → {shown[arc.dst]}: {arc.times}, {arc.kind}"
    line = _line(arc.kind, colour, tenths, path, head)
    return f"<g><title>{markup(said, len(said))}</title>{line}</g>"


def _line(kind: Kind, colour: str, tenths: int, path: str, head: str) -> str:
    dash = f' stroke-dasharray="{6 + tenths // 8} {4 + tenths // 16}"' * (kind == "fall through")
    fill = _GROUND if kind == "return" else colour
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" '
        f'stroke-width="{tenths // 10}.{tenths % 10}"{dash}/>'
        f'<polygon points="{head}" fill="{fill}" stroke="{colour}" stroke-width="1.5"/>'
    )


def _legend(arcs: list[Arc], top: int) -> tuple[list[str], int]:
    """Return samples of the kinds there are, and how wide they are together."""
    parts, x, y = [], EDGE, top + 8
    there = [kind for kind in KINDS if any(kind == arc.kind for arc in arcs)]
    samples = [(str(kind), kind, _COLOURS[kind], 20) for kind in there]
    if not all(arc.times for arc in arcs):
        samples.append(("never", "jump", _NEVER, 10))
    for name, kind, colour, tenths in samples:
        head = f"{x + 36},{y} {x + 27},{y - 5} {x + 27},{y + 5}"
        parts.append(_line(kind, colour, tenths, f"M{x} {y}H{x + 28}", head))
        parts.append(f'<text x="{x + 42}" y="{y + 4}" fill="currentColor">{name}</text>')
        x += 42 + CHAR * len(name) + 20
    return parts, x
