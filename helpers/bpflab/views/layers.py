"""Which layer of a graph each node stands in, in which order, and how high. Only numbers."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from typing import Literal, NamedTuple, get_args

Kind = Literal["jump", "return", "fall through"]

KINDS: tuple[Kind, ...] = get_args(Kind)
PORT = 16  # pixels between two edges at one node: room for a count
LOOP = 32  # what each self edge needs above its node

_APART = 20  # between two nodes of a layer
_ROUNDS = 24


class Arc(NamedTuple):
    """An edge from node *src* to node *dst*, by their numbers, and how many *times* it was used."""

    src: int
    dst: int
    kind: Kind
    times: int


class Link(NamedTuple):
    """One step of an arc, from an item of a layer to one of the next, each at its port."""

    left: int
    left_port: int
    right: int
    right_port: int
    pull: int  # how much it wants to be level


def layers(count: int, arcs: list[Arc]) -> list[int]:
    """Return each node's layer by its longest path, where an arc that closes a ring counts back."""
    forward: list[tuple[int, int]] = []
    state = [0] * count  # 1 while on the path that is walked, 2 after

    def walk(node: int) -> None:
        state[node] = 1
        for dst in dict.fromkeys(arc.dst for arc in arcs if arc.src == node != arc.dst):
            forward.append((dst, node) if state[dst] == 1 else (node, dst))
            if not state[dst]:
                walk(dst)
        state[node] = 2

    for node in range(count):
        if not state[node]:
            walk(node)
    layer = [0] * count
    for _ in range(count):
        for src, dst in forward:
            layer[dst] = max(layer[dst], layer[src] + 1)
    return layer


def chains(layer: list[int], arcs: list[Arc]) -> list[list[int]]:
    """Return for each arc what it passes from left to right; adds an item to every layer it skips.

    A self edge passes nothing.
    """
    chains = []
    for arc in arcs:
        left, right = sorted(arc[:2], key=lambda node: layer[node])
        passed = list(range(layer[left] + 1, layer[right]))
        chains.append([left, *range(len(layer), len(layer) + len(passed)), right])
        layer += passed
    return [chain if arc.src != arc.dst else [] for chain, arc in zip(chains, arcs, strict=True)]


def ordered(layer: list[int], chains: list[list[int]]) -> list[list[int]]:
    """Return the items of each layer from top to bottom, such that few steps cross."""
    order = [[i for i, at in enumerate(layer) if at == here] for here in range(max(layer) + 1)]
    steps = [step for chain in chains for step in pairwise(chain)]

    def crossings(place: dict[int, int]) -> int:
        return sum(
            layer[a] == layer[c] and (place[a] - place[c]) * (place[b] - place[d]) < 0
            for (a, b), (c, d) in combinations(steps, 2)
        )

    place = {item: at for items in order for at, item in enumerate(items)}
    best = crossings(place), order
    for turn in range(_ROUNDS):
        order = [list(items) for items in order]
        for items in order if turn % 2 == 0 else reversed(order):
            near = {
                i: [place[s[turn % 2]] for s in steps if s[1 - turn % 2] == i] or [place[i]]
                for i in items
            }
            items.sort(key=lambda i: sum(near[i]) / len(near[i]))
            place |= {item: at for at, item in enumerate(items)}
        best = min(best, (crossings(place), order), key=lambda found: found[0])
    return best[1]


def ported(order: list[list[int]], chains: list[list[int]], arcs: list[Arc]) -> list[list[Link]]:
    """Return the steps of each arc with the ports they use, no two of a side the same."""
    place = {item: at for items in order for at, item in enumerate(items)}
    ports: dict[tuple[int, int, int], int] = {}
    for side in (0, 1):
        fans: dict[int, list[tuple[int, int]]] = {}
        for number, chain in enumerate(chains):
            for step in pairwise(chain):
                fans.setdefault(step[side], []).append((place[step[1 - side]], number))
        for item, fan in fans.items():
            for at, (_, number) in enumerate(sorted(fan)):
                ports[number, item, side] = (2 * at - len(fan) + 1) * PORT // 2
    return [
        [
            Link(a, ports[n, a, 0], b, ports[n, b, 1], _pull(arc.kind, chain, at))
            for at, (a, b) in enumerate(pairwise(chain))
        ]
        for n, (arc, chain) in enumerate(zip(arcs, chains, strict=True))
    ]


def _pull(kind: Kind, chain: list[int], at: int) -> int:
    """Return the weight for keeping this step level: most on the main line, least at a node."""
    if len(chain) == 2:
        return 600 if kind == "jump" else 6
    return 6 if 0 < at < len(chain) - 2 else 1


def heights(
    order: list[list[int]], links: list[Link], tall: list[int], loops: Counter[int]
) -> list[int]:
    """Return each item's middle, so that steps are as level as there is room for."""
    y = [0.0] * len(tall)
    for turn in range(_ROUNDS):
        for items in order[:: 1 - turn % 2 * 2]:
            offset, offsets = 0.0, [0.0]
            for above, below in pairwise(items):
                offset += (tall[above] + tall[below]) / 2 + _APART + LOOP * loops[below]
                offsets.append(offset)
            wanted = []
            for item, offset in zip(items, offsets, strict=True):
                pulls = [
                    (y[k.right] + k.right_port - k.left_port, k) for k in links if k.left == item
                ]
                pulls += [
                    (y[k.left] + k.left_port - k.right_port, k) for k in links if k.right == item
                ]
                total = sum(k.pull for _, k in pulls)
                mean = sum(at * k.pull for at, k in pulls) / total if total else y[item]
                wanted.append((mean - offset, max(total, 1)))
            for item, level, offset in zip(items, _rising(wanted), offsets, strict=True):
                y[item] = level + offset
    top = min(y[i] - tall[i] / 2 - LOOP * loops[i] for i in range(len(y)))
    return [round(middle - top) for middle in y]


def _rising(wanted: list[tuple[float, int]]) -> list[float]:
    """Return the numbers nearest to those *wanted*, by weight, of which none is below the last."""
    pools: list[tuple[float, int, int]] = []
    for value, weight in wanted:
        pools.append((value, weight, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, v, n), (b, w, m) = pools[-2:]
            pools[-2:] = [((a * v + b * w) / (v + w), v + w, n + m)]
    return [value for value, _, n in pools for _ in range(n)]
