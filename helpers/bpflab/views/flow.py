"""A chain of programs as a graph: who calls whom, how often, and where a call falls through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bpflab.arguments import checked
from bpflab.errors import LabError
from bpflab.text import safe_text
from bpflab.views.drawing import columns, escaped, svg
from bpflab.views.layers import KINDS, Arc, Kind
from bpflab.views.view import View, markup, picture

_SHAFTS = {"jump": "-", "return": "=", "fall through": "."}
_BOX = "overflow-x:auto;max-width:100%;padding:.3em 0"
_TITLE = "font-weight:600;padding:.3em 0"
_NAME = 40  # characters of a node's name


@dataclass(frozen=True)
class Edge:
    """So many calls from *src* to *dst*: a tail call, a return, or a tail call that failed."""

    src: str
    dst: str
    count: int
    kind: Kind = "jump"


@checked
def flow(title: str, nodes: Sequence[str], edges: Iterable[Edge]) -> View:
    """Return *nodes* in layers from left to right, and how often each edge was taken.

    Edges of the same ends and kind are added up. A node that nothing leaves and no jump reaches is
    an end, and round. The text has one line an edge, in the order of *nodes*.

    Raises:
        LabError: ``flow-edge`` where an edge has an unknown node or kind, or a negative count.

    >>> print(flow("Chain", ["hook", "filter", "end"], [
    ...     Edge("hook", "filter", 7), Edge("filter", "end", 7, "return")]))
    Chain
    hook    --7--> filter  jump
    filter  ==7==> end     return
    """
    names = list(dict.fromkeys(nodes))
    arcs = _arcs(names, edges)
    shown = [safe_text(name, _NAME) for name in names]
    text = _text(shown, arcs)
    said = "; ".join(" ".join(line.split()) for line in [title, *text.split("\n")])
    html = (
        '<figure style="margin:0;max-width:100%">\n'
        f'<figcaption style="{_TITLE}">{markup(title)}</figcaption>\n'
        f'<div style="{_BOX}" tabindex="0" role="group" aria-label="{markup(title)}">\n'
        f"{picture(svg(title, text, shown, arcs), said)}\n</div>\n"
        f"<details><summary>as text</summary><pre>{escaped(text)}</pre></details>\n"
        "</figure>"
    )
    return View(html, f"{safe_text(title)}\n{text}")


def _arcs(names: list[str], edges: Iterable[Edge]) -> list[Arc]:
    counts: Counter[tuple[int, int, int]] = Counter()
    number = {name: at for at, name in enumerate(names)}
    for edge in edges:
        if edge.src not in number or edge.dst not in number:
            name = safe_text(edge.src if edge.src not in number else edge.dst, _NAME)
            raise LabError("flow-edge", f"There is no node {name}.", fix="Name it in nodes.")
        if edge.kind not in KINDS or edge.count < 0:
            raise LabError(
                "flow-edge",
                f"An edge cannot be {safe_text(str(edge.kind), _NAME)}, {int(edge.count)} times.",
                fix=f"It is one of {', '.join(KINDS)}, 0 times or more.",
            )
        counts[number[edge.src], number[edge.dst], KINDS.index(edge.kind)] += int(edge.count)
    return [Arc(src, dst, KINDS[kind], n) for (src, dst, kind), n in sorted(counts.items())]


def _text(names: list[str], arcs: list[Arc]) -> str:
    wide = max(map(columns, names), default=0)
    digits = max((len(str(arc.times)) for arc in arcs), default=1)
    lines = []
    for arc in arcs:
        src, dst, c = names[arc.src], names[arc.dst], _SHAFTS[arc.kind]
        shaft = f"{c * 2}{arc.times:{c}>{digits}}{c * 2}>"
        pads = " " * (wide - columns(src)), " " * (wide - columns(dst))
        lines.append(f"{src}{pads[0]}  {shaft} {dst}{pads[1]}  {arc.kind}")
    met = {node for arc in arcs for node in arc[:2]}
    lines += [f"{name}  (no edge)" for node, name in enumerate(names) if node not in met]
    return "\n".join(lines or ["no programs"])
