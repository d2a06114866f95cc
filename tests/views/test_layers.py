"""Layers, order and heights of a graph, as numbers."""

import random
from collections import Counter
from itertools import pairwise

from bpflab.views.geometry import geometry
from bpflab.views.layers import Arc, chains, heights, layers, ordered, ported


def arcs(*ends, kind="jump"):
    """Return an arc for each pair of nodes."""
    return [Arc(src, dst, kind, 1) for src, dst in ends]


def some(rng):
    """Return how many nodes a random graph has, and its arcs."""
    count = rng.randint(1, 10)
    ends = {(rng.randrange(count), rng.randrange(count)) for _ in range(rng.randint(0, 16))}
    return count, arcs(*sorted(ends))


def test_a_layer_is_the_longest_way_there():
    """A shortcut does not pull a node to the left; what nothing leads to stands first."""
    assert layers(5, arcs((0, 1), (1, 2), (0, 2), (2, 3))) == [0, 1, 2, 3, 0]
    assert layers(0, []) == []


def test_what_closes_a_ring_counts_back():
    """So a ring has layers too; a self edge has no say."""
    assert layers(3, arcs((0, 1), (1, 2), (2, 0))) == [0, 1, 2]
    assert layers(2, arcs((0, 0), (0, 1), (1, 1))) == [0, 1]


def test_no_arc_stays_in_its_layer():
    """Whatever the graph, unless it leads from a node to itself."""
    rng = random.Random(1)
    for _ in range(300):
        count, found = some(rng)
        layer = layers(count, found)
        assert all((layer[a.src] != layer[a.dst]) == (a.src != a.dst) for a in found)
        assert set(layer) == set(range(max(layer) + 1))


def test_a_chain_passes_each_layer_once():
    """From left to right, by an item of its own in each layer that it skips."""
    layer = [0, 1, 2, 3]
    assert chains(layer, arcs((0, 3), (3, 1), (0, 1), (2, 2))) == [
        *([0, 4, 5, 3], [1, 6, 3], [0, 1], []),
    ]
    assert layer == [0, 1, 2, 3, 1, 2, 2]


def test_an_order_that_needs_no_crossing_has_none():
    """Two lines that cross as they are given; every item is in its layer."""
    layer = layers(4, arcs((0, 3), (1, 2)))
    passed = chains(layer, arcs((0, 3), (1, 2)))
    left, right = ordered(layer, passed)

    assert sorted(left) == [0, 1] and sorted(right) == [2, 3]
    assert (left.index(0) < left.index(1)) == (right.index(3) < right.index(2))


def test_no_two_arcs_share_a_port():
    """On the same side of a node, in random graphs; and they fan out in order."""
    rng = random.Random(2)
    for _ in range(100):
        count, found = some(rng)
        layer = layers(count, found)
        passed = chains(layer, found)
        order = ordered(layer, passed)
        links = [link for route in ported(order, passed, found) for link in route]
        for ends in ([k[:2] for k in links], [k[2:4] for k in links]):
            assert max(Counter(ends).values(), default=1) == 1
        place = {item: at for items in order for at, item in enumerate(items)}
        for one in links:
            for two in links:
                if one.left == two.left and one.left_port < two.left_port:
                    assert place[one.right] <= place[two.right]


def test_heights_keep_items_apart_and_in_order():
    """The highest stands at 0, self edges have their room above, two nodes never touch."""
    rng = random.Random(3)
    for _ in range(100):
        count, found = some(rng)
        layer = layers(count, found)
        passed = chains(layer, found)
        order = ordered(layer, passed)
        links = [link for route in ported(order, passed, found) for link in route]
        tall = [rng.choice([34, 60]) for _ in layer]
        loops = Counter(arc.src for arc in found if arc.src == arc.dst)
        y = heights(order, links, tall, loops)
        for items in order:
            for above, below in pairwise(items):
                gap = (y[below] - tall[below] / 2) - (y[above] + tall[above] / 2)
                assert gap >= 19 + 32 * loops[below]
        tops = [y[at] - tall[at] / 2 - 32 * loops[at] for at in range(len(y))]
        assert abs(min(tops)) <= 1


def test_a_line_of_jumps_is_drawn_level():
    """Its boxes have one middle, and each arc leads straight from one to the next."""
    drawn = geometry([4, 4, 4], arcs((0, 1), (1, 2)))

    assert len({box.middle for box in drawn.boxes}) == 1
    assert [len({y for _, y in stroke}) for stroke in drawn.strokes] == [1, 1]
    for (a, b), stroke in zip(pairwise(drawn.boxes), drawn.strokes, strict=True):
        assert [x for x, _ in stroke] == [a.left + a.wide, b.left]
    assert drawn.wide == drawn.boxes[-1].left + drawn.boxes[-1].wide + 12
