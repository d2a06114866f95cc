"""Where a graph lies in pixels: its nodes, the way of each edge, each count. Only numbers."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from bpflab.views.layers import (
    LOOP,
    PORT,
    Arc,
    Link,
    chains,
    heights,
    layers,
    ordered,
    ported,
)

CHAR = 8  # of one character, at most
EDGE = 12  # around it all

Point = tuple[int, int]


class Box(NamedTuple):
    """A node: its left upper corner and its size; a line of text goes through its *middle*."""

    left: int
    top: int
    wide: int
    tall: int
    middle: int


class Geometry(NamedTuple):
    """A graph in pixels, *wide* by *tall*.

    An edge's stroke has three points where it leads from a node to itself: up, over it, and down;
    else two for each gap between layers that it spans.
    """

    boxes: list[Box]
    strokes: list[list[Point]]
    counts: list[Point]
    wide: int
    tall: int


def geometry(names: list[int], arcs: list[Arc]) -> Geometry:
    """Return where the nodes, whose names have so many characters, lie, and *arcs* and counts."""
    loops = Counter(arc.src for arc in arcs if arc.src == arc.dst)
    layer = layers(len(names), arcs)
    passed = chains(layer, arcs)
    order = ordered(layer, passed)
    routes = ported(order, passed, arcs)
    links = [link for route in routes for link in route]
    used = Counter((link.left, 0) for link in links)
    used += Counter((link.right, 1) for link in links)
    tall = [max(34, 10 + PORT * max(used[i, 0], used[i, 1])) for i in range(len(names))]
    tall += [PORT] * (len(layer) - len(names))
    y = [at + EDGE for at in heights(order, links, tall, loops)]

    gap = 64 + CHAR * max((len(str(arc.times)) for arc in arcs), default=1)
    wide = [max(64, 24 + CHAR * max(names[i] for i in items if i < len(names))) for items in order]
    x = [EDGE + sum(wide[:at]) + gap * at for at in range(len(order))]
    boxes = [
        Box(x[at], y[node] - tall[node] // 2, wide[at], tall[node], y[node])
        for node, at in enumerate(layer[: len(names)])
    ]
    strokes = [
        _loop(boxes[a.src], sum(b[:2] == a[:2] for b in arcs[:at]))
        if a.src == a.dst
        else _stroke(route, layer[a.src] > layer[a.dst], layer, x, wide, y)
        for at, (a, route) in enumerate(zip(arcs, routes, strict=True))
    ]
    bottom = max(at + t // 2 for at, t in zip(y, tall, strict=True))
    return Geometry(boxes, strokes, _labels(arcs, strokes), x[-1] + wide[-1] + EDGE, bottom + EDGE)


def _stroke(
    route: list[Link], back: bool, layer: list[int], x: list[int], wide: list[int], y: list[int]
) -> list[Point]:
    """Return the points of an arc: each pair spans a gap between layers."""
    points = []
    for link in route:
        a, b = layer[link.left], layer[link.right]
        points.append((x[a] + wide[a], y[link.left] + link.left_port))
        points.append((x[b], y[link.right] + link.right_port))
    return points[::-1] if back else points


def _loop(box: Box, nth: int) -> list[Point]:
    """Return the points of the *nth* self edge of a node: up, over it, and down."""
    middle, top = box.left + box.wide // 2, box.top
    reach, high = 14 + 9 * nth, top - LOOP * (nth + 1) + 8
    return [(middle + reach, top), (middle, high), (middle - reach, top)]


def curve(stroke: list[Point], at: int) -> list[Point]:
    """Return the four points of the Bézier curve that spans one gap."""
    (x0, y0), (x1, y1) = stroke[at : at + 2]
    return [(x0, y0), ((x0 + x1) // 2, y0), ((x0 + x1) // 2, y1), (x1, y1)]


def _on(points: list[Point], t: int) -> Point:
    """Return the point at *t* hundredths of a Bézier curve."""
    u = 100 - t
    weights = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
    x, y = (sum(w * p[i] for w, p in zip(weights, points, strict=True)) for i in (0, 1))
    return x // 1_000_000, y // 1_000_000


def _labels(arcs: list[Arc], strokes: list[list[Point]]) -> list[Point]:
    """Return where each count stands: on its line, off the others and off their counts."""
    curves = [
        [] if len(stroke) % 2 else [curve(stroke, at) for at in range(0, len(stroke), 2)]
        for stroke in strokes
    ]
    dots = [[_on(c, t) for c in found for t in range(0, 101, 5)] for found in curves]
    done: list[tuple[Point, int]] = []
    for number, (arc, stroke) in enumerate(zip(arcs, strokes, strict=True)):
        size = CHAR * len(str(arc.times)) // 2 + 3
        near = [dot for other, found in enumerate(dots) if other != number for dot in found]
        places = [_on(c, t) for c in curves[number] for t in (50, 40, 60, 32, 68, 24, 76)]
        crowds = [_crowd(place, size, near, done) for place in places]
        done.append((places[crowds.index(min(crowds))] if places else stroke[1], size))
    return [place for place, _ in done]


def _crowd(place: Point, size: int, dots: list[Point], done: list[tuple[Point, int]]) -> int:
    """Return how much is in the way of a count, half of which is *size* wide, at *place*."""
    x, y = place
    lines = sum(abs(x - a) < size and abs(y - b) < 9 for a, b in dots)
    return lines + 10 * sum(abs(x - a) < size + s and abs(y - b) < 15 for (a, b), s in done)
