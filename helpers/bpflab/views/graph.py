"""A graph as SVG: boxes in columns, arrows with their counts, and a legend."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from bpflab.text import width
from bpflab.views.svg import BLUE, GREEN, GROUND, ORANGE, label
from bpflab.views.view import escaped

Kind = Literal["jump", "return", "fall through"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# Besides its colour each kind has its own line and head. What never happened is grey.
_COLOURS = {"jump": BLUE, "return": GREEN, "fall through": ORANGE}
_NEVER = "#808080"
_FONT = "font-family:ui-monospace,monospace;font-size:13px"
_HALO = f'stroke="{GROUND}" stroke-width="6" stroke-linejoin="round" paint-order="stroke"'
_CHAR, _EDGE, _APART, _BOX = 8, 12, 20, 34  # pixels: a letter, around it all, between boxes, a box
_PORT = 16  # pixels between two edges at one box
_ALONG = 0.33  # where a count stands on its curve: in the middle curves cross


@dataclass(frozen=True)
class Edge:
    """So many calls from *src* to *dst*: a tail call, a return, or a tail call that failed."""

    src: str
    dst: str
    count: int
    kind: Kind = "jump"


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int


class _Curve(NamedTuple):
    """A line through the gap between two columns, level at both ends."""

    x0: int
    y0: int
    x1: int
    y1: int


def drawing(columns: Sequence[Sequence[str]], edges: Sequence[Edge]) -> tuple[str, int]:
    """Return a graph as SVG, and its width in pixels."""
    boxes, lines = _layout(columns, edges)
    programs = {edge.src for edge in edges} | {edge.dst for edge in edges if edge.kind == "jump"}
    ends = {edge.dst for edge in edges} - programs
    parts = [_arrow(edge, line) for edge, line in zip(edges, lines, strict=True)]
    parts += [_program(label(name), box, name in ends) for name, box in boxes.items()]
    parts += [_count(edge.count, line[0]) for edge, line in zip(edges, lines, strict=True)]
    low = max([box.bottom for box in boxes.values()] + [c.y1 for line in lines for c in line] + [0])
    legend, right = _legend(edges, low + _EDGE + 8)
    wide = max([right, *(box.right + _EDGE for box in boxes.values())])
    tall = low + _EDGE + 24 * bool(legend)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{tall}" '
        f'viewBox="0 0 {wide} {tall}"><g style="{_FONT}" fill="currentColor">'
    )
    return "\n".join([head, *parts, *legend, "</g></svg>"]), wide


def _layout(
    columns: Sequence[Sequence[str]], edges: Sequence[Edge]
) -> tuple[dict[str, _Box], list[list[_Curve]]]:
    """Return where each box is, and the curves of each edge, one for each gap between columns.

    First boxes stand side by side, and the first edge of each box is as high as its name is in a
    box with one edge: so a chain of first boxes is level. An edge passes below the boxes of a
    column that it skips.
    """
    column_of = {name: at for at, names in enumerate(columns) for name in names}
    order = list(column_of)
    leaving, entering = defaultdict[str, list[Edge]](list), defaultdict[str, list[Edge]](list)
    for edge in sorted(edges, key=lambda edge: order.index(edge.dst)):
        leaving[edge.src].append(edge)
    for edge in sorted(edges, key=lambda edge: (-column_of[edge.src], order.index(edge.src))):
        entering[edge.dst].append(edge)
    ports = {name: max(len(leaving[name]), len(entering[name]), 1) for name in order}
    gap = 64 + _CHAR * max((len(str(edge.count)) for edge in edges), default=1)
    boxes = _boxes(columns, ports, gap)
    sides = [(boxes[names[0]].left, boxes[names[0]].right) for names in columns]
    lanes: list[int] = []
    lines = []
    for edge in edges:
        first = boxes[edge.src].top + _BOX // 2 + _PORT * leaving[edge.src].index(edge)
        last = boxes[edge.dst].top + _BOX // 2 + _PORT * entering[edge.dst].index(edge)
        gaps = range(column_of[edge.src], column_of[edge.dst])
        lane = last
        if over := [boxes[name].bottom for at in gaps[1:] for name in columns[at]]:
            lane = max(last, max(over) + _APART)
            while any(abs(lane - other) < _PORT for other in lanes):
                lane += _PORT
            lanes.append(lane)
        levels = [first, *[lane] * len(gaps[1:]), last]
        lines.append(
            [
                _Curve(sides[column][1], y0, sides[column + 1][0], y1)
                for column, (y0, y1) in zip(gaps, pairwise(levels), strict=True)
            ]
        )
    return boxes, lines


def _boxes(columns: Sequence[Sequence[str]], ports: dict[str, int], gap: int) -> dict[str, _Box]:
    """Return where the boxes of so many edges each are: columns of one width, from the top."""
    boxes, left = {}, _EDGE
    for names in columns:
        right = left + max([64, *(24 + _CHAR * width(label(name)) for name in names)])
        top = _EDGE
        for name in names:
            bottom = top + _BOX + _PORT * (ports[name] - 1)
            boxes[name] = _Box(left, top, right, bottom)
            top = bottom + _APART
        left = right + gap
    return boxes


def _program(name: str, box: _Box, end: bool) -> str:
    wide, tall = box.right - box.left, box.bottom - box.top
    style = ' font-style="italic"' if end else ""
    return (
        f'<rect x="{box.left}" y="{box.top}" width="{wide}" height="{tall}" '
        f'rx="{_BOX // 2 if end else 4}" fill="{GROUND}" stroke="currentColor"/>'
        f'<text x="{box.left + wide // 2}" y="{box.top + tall // 2 + 4}" text-anchor="middle"'
        f"{style}>{escaped(name)}</text>"
    )


def _arrow(edge: Edge, line: list[_Curve]) -> str:
    """Return an edge, the thicker the more often it was used: tenfold is a little thicker."""
    thick = min(1.6 + 0.3 * edge.count.bit_length(), 8) if edge.count else 1
    head = 8 + round(thick)
    path = ""
    for x0, y0, x1, y1 in line:
        end = x1 - head + 1 if x1 == line[-1].x1 else x1
        middle = (x0 + x1) // 2
        path += f"{'L' if path else 'M'}{x0} {y0}C{middle} {y0} {middle} {y1} {end} {y1}"
    return _stroke(edge.kind, edge.count > 0, thick, path, line[-1].x1, line[-1].y1)


def _stroke(kind: Kind, used: bool, thick: float, path: str, x: int, y: int) -> str:
    """Return *path* in the looks of its kind, with a head whose tip is at *x*, *y*."""
    colour = _COLOURS[kind] if used else _NEVER
    dash = ' stroke-dasharray="8 5"' if kind == "fall through" else ""
    long, half = 8 + round(thick), 4 + round(thick / 2)
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{thick:.1f}"{dash}/>'
        f'<polygon points="{x},{y} {x - long},{y - half} {x - long},{y + half}" '
        f'fill="{GROUND if kind == "return" else colour}" stroke="{colour}" stroke-width="1.5"/>'
    )


def _count(times: int, curve: _Curve) -> str:
    """Return the count of a cubic Bézier curve, on it."""
    along = 1.5 * _ALONG * (1 - _ALONG) + _ALONG**3, _ALONG * _ALONG * (3 - 2 * _ALONG)
    x = round(curve.x0 + (curve.x1 - curve.x0) * along[0])
    y = round(curve.y0 + (curve.y1 - curve.y0) * along[1])
    looks = ' font-weight="600"' if times else ' fill-opacity=".75"'
    return f'<text x="{x}" y="{y + 4}" text-anchor="middle"{looks} {_HALO}>{times}</text>'


def _legend(edges: Sequence[Edge], y: int) -> tuple[list[str], int]:
    """Return samples of the kinds there are, and where they end."""
    samples = [
        (str(kind), kind, True) for kind in KINDS if any(kind == edge.kind for edge in edges)
    ]
    if not all(edge.count for edge in edges):
        samples.append(("never", "jump", False))
    parts, x = [], _EDGE
    for name, kind, used in samples:
        parts.append(_stroke(kind, used, 2 if used else 1, f"M{x} {y}H{x + 28}", x + 36, y))
        parts.append(f'<text x="{x + 42}" y="{y + 4}">{name}</text>')
        x += 42 + _CHAR * len(name) + 20
    return parts, x
