"""Chains of programs as graphs: which edges, where they run, and that the text says the same."""

import random
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from bpflab import LabError
from bpflab.views.flow import Edge, flow
from tests.views.drawn import drawn

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("jump", "return", "fall through")
HOSTILE = ["<script>alert(1)</script>", "\" onload='x' &amp;", "\x1b[2J\u202e\n\x85", "\ud800", ""]
CHAIN = ["hook", "filter", "display", "returned", "excluded"]
EDGES = [
    Edge("hook", "filter", 37),
    Edge("filter", "display", 23),
    Edge("filter", "excluded", 14, "return"),
    Edge("display", "returned", 23, "return"),
    Edge("hook", "returned", 2, "fall through"),
    Edge("filter", "returned", 0, "fall through"),
]


def svg(view):
    """Return the drawing, once all of the HTML has parsed."""
    return drawn(view)


def boxes(view):
    """Return (left, top, right, bottom) of each node, in the order of the nodes."""
    found = []
    for rect in svg(view).iter(f"{SVG}rect"):
        x, y, w, h = (int(rect.get(key)) for key in ("x", "y", "width", "height"))
        found.append((x, y, x + w, y + h))
    return found


def lines(view):
    """Return title, path and polygon of each edge, in the order of the text."""
    return [
        (group.findtext(f"{SVG}title"), group.find(f"{SVG}path"), group.find(f"{SVG}polygon"))
        for group in svg(view).iter(f"{SVG}g")
    ]


def tip(polygon):
    """Return where an arrow points."""
    x, y = polygon.get("points").split()[0].split(",")
    return int(x), int(y)


def dots(path):
    """Return points along a path, close to each other."""
    numbers = [
        (c, [int(n) for n in rest.split()]) for c, rest in re.findall(r"([MLC])([^MLC]+)", path)
    ]
    at, found = (0, 0), []
    for command, values in numbers:
        ends = list(zip(values[::2], values[1::2], strict=True))
        curve = [at, *ends] if command == "C" else [at, at, ends[0], ends[0]]
        if command != "M":
            for t in (n / 40 for n in range(41)):
                weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                found.append(
                    tuple(
                        sum(w * p[i] for w, p in zip(weights, curve, strict=True)) for i in (0, 1)
                    )
                )
        at = ends[-1]
    return found


def graph(rng):
    """Return a random graph of up to twelve nodes, with rings, self edges and parallel edges."""
    names = [f"prog_{at}" * rng.randint(1, 2) for at in range(rng.randint(1, 12))]
    edges = [
        Edge(rng.choice(names), rng.choice(names), rng.choice([0, 1, 7, 10**6]), rng.choice(KINDS))
        for _ in range(rng.randint(0, 20))
    ]
    return names, edges


def test_the_text_has_one_line_an_edge():
    """Aligned, sorted as the nodes are, each kind with a shaft of its own."""
    assert flow("The chain", CHAIN, EDGES).text == (
        "The chain\n"
        "hook      --37--> filter    jump\n"
        "hook      ...2..> returned  fall through\n"
        "filter    --23--> display   jump\n"
        "filter    ...0..> returned  fall through\n"
        "filter    ==14==> excluded  return\n"
        "display   ==23==> returned  return"
    )


def test_the_same_edges_give_the_same_view():
    """In any order, to the byte, with no id in it."""
    view = flow("t", CHAIN, EDGES)
    assert flow("t", CHAIN, reversed(EDGES)) == view
    assert " id=" not in view.html


def test_edges_of_the_same_kind_are_added_up():
    """Those of another kind stay apart."""
    edges = [Edge("a", "b", 2), Edge("a", "b", 3), Edge("a", "b", 1, "return")]
    assert flow("t", ["a", "b"], edges).text == "t\na  --5--> b  jump\na  ==1==> b  return"


def test_the_drawing_says_what_the_text_says():
    """Each line of the text is an edge with that title and count, and the whole its description."""
    rng = random.Random(7)
    for names, edges in [(CHAIN, EDGES), *(graph(rng) for _ in range(60))]:
        view = flow("t", names, edges)
        drawn = svg(view)
        said = view.text.split("\n")[1:]
        assert drawn.findtext(f"{SVG}title") == "t"
        assert drawn.findtext(f"{SVG}desc") == "\n".join(said)
        assert ET.fromstring(view.html).findtext(".//pre") == "\n".join(said)
        facts = [
            (found[1], found[3], found[2], found[4])
            for line in said
            if (found := re.match(r"(\w+) +\W*?(\d+)\W*> (\w+) +(\w.*)$", line))
        ]
        titles = [title for title, _, _ in lines(view)]
        assert titles == [f"{a} → {b}: {n}, {kind}" for a, b, n, kind in facts]
        assert len(facts) == len({(e.src, e.dst, e.kind) for e in edges})
        words = [text.text for text in drawn.findall(f"{SVG}text")]
        assert words[: len(set(names))] == list(dict.fromkeys(names))
        start = len(set(names))
        assert words[start : start + len(facts)] == [n for _, _, n, _ in facts]


def test_every_arrow_leads_from_its_node_to_its_node():
    """Its ends touch their boxes, and it crosses no other box on its way."""
    rng = random.Random(8)
    for _ in range(60):
        names, edges = graph(rng)
        view = flow("t", names, edges)
        where = dict(zip(dict.fromkeys(names), boxes(view), strict=True))
        for title, path, polygon in lines(view):
            src, dst = re.match(r"(\w+) → (\w+):", title).groups()
            points = dots(path.get("d"))
            (x0, y0), (x1, y1) = points[0], tip(polygon)
            left, top, right, bottom = where[src]
            assert x0 in (left, right) or y0 == top
            assert left <= x0 <= right and top <= y0 <= bottom
            left, top, right, bottom = where[dst]
            assert x1 in (left, right) or y1 == top
            assert left <= x1 <= right and top <= y1 <= bottom
            for left, top, right, bottom in where.values():
                inside = [1 for x, y in points if left < x < right and top < y < bottom]
                assert not inside, title


def test_nothing_overlaps_and_all_is_in_the_picture():
    """Boxes lie apart, no two edges use one path or one end, nothing is cut off."""
    rng = random.Random(9)
    for _ in range(60):
        view = flow("t", *graph(rng))
        width, height = (int(svg(view).get(key)) for key in ("width", "height"))
        for (a, b, c, d), (e, f, g, h) in combinations(boxes(view), 2):
            assert c < e or g < a or d < f or h < b
        paths = [path.get("d") for _, path, _ in lines(view)]
        assert len(set(paths)) == len(paths)
        tips = [tip(polygon) for _, _, polygon in lines(view)]
        assert len(set(tips)) == len(tips)
        starts = [dots(path)[0] for path in paths]
        assert len(set(starts) | set(tips)) == 2 * len(tips)
        every = [dot for path in paths for dot in dots(path)]
        every += [(x, y) for box in boxes(view) for x, y in (box[:2], box[2:])]
        assert all(4 <= x <= width - 4 and 4 <= y <= height - 4 for x, y in every)


def test_parallel_edges_and_self_edges_keep_apart():
    """Two kinds between the same nodes run side by side; self edges one over the other."""
    both = [Edge("a", "b", 5), Edge("a", "b", 3, "fall through"), Edge("b", "a", 1, "return")]
    paths = [dots(path.get("d")) for _, path, _ in lines(flow("t", ["a", "b"], both))]
    for one, two in combinations(paths, 2):
        assert min(abs(a[1] - b[1]) for a in one for b in two) >= 12

    loops = [Edge("a", "a", 34), Edge("a", "a", 1, "fall through")]
    inner, outer = (dots(path.get("d")) for _, path, _ in lines(flow("t", ["a"], loops)))
    assert min(y for _, y in inner) - min(y for _, y in outer) >= 16
    assert {max(x for x, _ in inner) < max(x for x, _ in outer)} == {True}


def test_counts_do_not_cover_each_other():
    """In random graphs, and in a dispatcher with five targets that all fall through as well."""
    targets = ["open", "close", "read", "write", "mmap"]
    fan = [Edge("dispatch", name, 10**at) for at, name in enumerate(targets)]
    fan += [Edge(name, "returned", 0, "fall through") for name in targets]
    fan += [Edge(name, "count", 10**at) for at, name in enumerate(targets)]
    fan += [Edge("dispatch", "returned", 112345, "fall through"), Edge("hook", "dispatch", 123456)]
    rng = random.Random(10)
    cases = [(["hook", "dispatch", *targets, "count", "returned"], fan), (CHAIN, EDGES)]
    for names, edges in [*cases, *(graph(rng) for _ in range(60))]:
        view = flow("t", names, edges)
        start = len(set(names))
        labels = svg(view).findall(f"{SVG}text")[start : start + len(lines(view))]
        for one, two in combinations(labels, 2):
            x, y = (abs(int(one.get(key)) - int(two.get(key))) for key in "xy")
            assert y >= 14 or x >= 4 * (len(one.text) + len(two.text))


def test_layers_run_from_left_to_right():
    """A node stands right of all that lead to it; what closes a ring runs back."""
    left = [box[0] for box in boxes(flow("t", CHAIN, EDGES))]
    assert left[0] < left[1] < left[2] == left[4] < left[3]

    ring = [Edge("a", "b", 1), Edge("b", "c", 1), Edge("c", "a", 9)]
    view = flow("t", ["a", "b", "c"], ring)
    a, b, c = boxes(view)
    assert a[2] < b[0] and b[2] < c[0]
    assert tip(lines(view)[2][2])[0] == a[2]


def test_a_line_of_jumps_is_level():
    """What skips over it goes below, and does not bend it."""
    for _, path, _ in lines(flow("t", CHAIN, EDGES))[0:3:2]:
        ends = dots(path.get("d"))
        assert abs(ends[0][1] - ends[-1][1]) <= 4


def test_each_kind_has_a_colour_a_line_and_a_head():
    """And a count of 0 is thin and grey, in the legend too."""
    view = flow("t", ["a", "b"], [Edge("a", "b", 9, kind) for kind in KINDS])
    looks = [
        (path.get("stroke"), path.get("stroke-dasharray") is not None, head.get("fill"))
        for _, path, head in lines(view)
    ]
    assert len({colour for colour, _, _ in looks}) == 3
    assert [dashed for _, dashed, _ in looks] == [False, False, True]
    assert [fill != colour for colour, _, fill in looks] == [False, True, False]
    words = [text.text for text in svg(view).findall(f"{SVG}text")]
    assert words[-3:] == list(KINDS)

    never = flow("t", ["a", "b"], [Edge("a", "b", 0)])
    assert lines(never)[0][1].get("stroke") == "#808080"
    assert svg(never).findall(f"{SVG}text")[-1].text == "never"


def test_thickness_grows_with_the_logarithm():
    """Ten times as many is a little thicker; there is an end to it."""
    widths = []
    for count in (0, 1, 10, 100, 10**4, 10**6, 10**12, 10**18):
        path = lines(flow("t", ["a", "b"], [Edge("a", "b", count)]))[0][1]
        widths.append(float(path.get("stroke-width")))
    assert widths[:6] == sorted(set(widths[:6]))
    assert widths[-1] == widths[-2] == 8.0


def test_an_end_is_round():
    """What nothing leaves and no jump reaches; a target of a jump is a program."""
    names = [*CHAIN, "last"]
    view = flow("t", names, [*EDGES, Edge("display", "last", 1)])
    rects = svg(view).findall(f"{SVG}rect")
    assert [name for name, rect in zip(names, rects, strict=True) if rect.get("rx") != "4"] == [
        "returned",
        "excluded",
    ]


def test_a_node_without_an_edge_is_there():
    """In both forms; and nothing at all says so."""
    view = flow("t", ["a", "b", "lonely"], [Edge("a", "b", 1)])
    assert view.text.endswith("\nlonely  (no edge)")
    assert len(boxes(view)) == 3
    assert len(boxes(flow("t", ["a", "a"], []))) == 1
    assert flow("t", [], []).text == "t\nno programs"
    ET.fromstring(flow("t", [], []).html)


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_are_only_text(name):
    """In the title and as a node; a long one is cut, a wide one keeps its columns."""
    view = flow(name, [name, "b"], [Edge(name, "b", 7), Edge("b", name, 1, "return")])
    for side in (view.html, view.text):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", side)
    assert "<script" not in view.html
    assert {node.tag.removeprefix(SVG) for node in ET.fromstring(view.html).iter()} <= {
        *("figure", "figcaption", "div", "details", "summary", "pre"),
        "img",
    }
    assert len(view.text.split("\n")) == 3


def test_long_and_wide_names_fit_their_boxes():
    """A long one is cut and says so, a wide one takes two columns a character."""
    view = flow("t", ["x" * 99, "日本語日本語"], [Edge("x" * 99, "日本語日本語", 1)])
    assert "x" * 40 + "… (59 more)  --1--> 日本語日本語" in view.text
    long, wide = boxes(view)
    assert long[2] - long[0] >= 50 * 8
    assert wide[2] - wide[0] >= 12 * 8


def test_it_can_be_read_in_every_theme_and_scrolls():
    """An image with its own ground and dark text on it, in a box that scrolls."""
    view = flow("t", CHAIN, EDGES)
    drawn = svg(view)
    assert {text.get("fill") for text in drawn.findall(f"{SVG}text")} == {"currentColor"}
    assert {rect.get("fill") for rect in drawn.findall(f"{SVG}rect")} == {"#f6f8fa"}
    assert "color:#1b1f24;background:#f6f8fa" in drawn.get("style")
    assert "var(" not in ET.tostring(drawn, encoding="unicode")
    box = ET.fromstring(view.html).find("div")
    assert "overflow-x:auto" in box.get("style")
    assert (box.get("tabindex"), box.get("role"), box.get("aria-label")) == ("0", "group", "t")
    assert drawn.get("role") == "img"


def test_an_edge_that_cannot_be_is_refused():
    """A node that there is not, on either side; an unknown kind; a negative count."""
    for edge, said in (
        (Edge("a", "z", 1), "no node z"),
        (Edge("z", "a", 1), "no node z"),
        (Edge("a", "a", 1, "leap"), "cannot be leap, 1 times"),
        (Edge("a", "a", -1), "cannot be jump, -1 times"),
    ):
        with pytest.raises(LabError, match=said) as caught:
            flow("t", ["a"], [edge])
        assert caught.value.kind == "flow-edge"
