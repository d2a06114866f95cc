"""Chains of programs as graphs: which edges, where they run, and that the text says the same."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest

from bpflab import LabError
from bpflab.views import flow
from tests.views.drawn import drawn

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("jump", "return", "fall through")
CHAIN = [["hook"], ["filter"], ["display", "excluded", "fell through"], ["shown"]]
EDGES = [
    ("hook", "filter", 37),
    ("filter", "display", 23),
    ("filter", "excluded", 14, "return"),
    ("display", "shown", 23, "return"),
    ("hook", "fell through", 2, "fall through"),
    ("filter", "fell through", 0, "fall through"),
]
BUNDLE = [["a", "b"], ["c", "d", "e"], ["f", "g"]]  # every edge that can cross another


def bundle():
    """Return an edge between all nodes of different columns, and a second kind for some."""
    pairs = [(src, dst) for left, right in combinations(BUNDLE, 2) for src in left for dst in right]
    edges = [(src, dst, 10**at) for at, (src, dst) in enumerate(pairs)]
    return [*edges, ("a", "c", 1, "return"), ("b", "g", 0, "fall through")]


GRAPHS = pytest.mark.parametrize(
    ("nodes", "edges"), [(CHAIN, EDGES), (BUNDLE, bundle())], ids=["chain", "bundle"]
)


def boxes(view):
    """Return (left, top, right, bottom) of each node, by name, in the order of the nodes."""
    root = drawn(view)
    found = {}
    for rect, text in zip(root.iter(f"{SVG}rect"), root.iter(f"{SVG}text"), strict=False):
        x, y, w, h = (int(rect.get(key)) for key in ("x", "y", "width", "height"))
        found[text.text] = x, y, x + w, y + h
    return found


def arrows(view):
    """Return the line and the head of each edge, in the order of the text; the legend's go."""
    root = drawn(view)
    count = len([line for line in view.text.split("\n") if "> " in line])
    return list(zip(root.iter(f"{SVG}path"), root.iter(f"{SVG}polygon"), strict=True))[:count]


def counts(view):
    """Return x, y and text of each edge's count."""
    texts = list(drawn(view).iter(f"{SVG}text"))[len(boxes(view)) :][: len(arrows(view))]
    return [(int(text.get("x")), int(text.get("y")), text.text) for text in texts]


def ends(view):
    """Return where each edge begins, and where its head points."""
    found = []
    for path, head in arrows(view):
        begins = re.match(r"M(\d+) (\d+)", path.get("d")).groups()
        tip = head.get("points").split()[0].split(",")
        found.append((tuple(map(int, begins)), tuple(map(int, tip))))
    return found


def dots(path):
    """Return points along a path of levels and curves, close to each other."""
    found, at = [], (0, 0)
    for command, rest in re.findall(r"([MLC])([^MLC]+)", path.get("d")):
        numbers = [int(n) for n in rest.split()]
        points = [at, *zip(numbers[::2], numbers[1::2], strict=True)]
        if command == "L":
            points = [at, at, points[1], points[1]]
        if command != "M":
            for t in (n / 40 for n in range(41)):
                weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                found.append(
                    tuple(
                        sum(w * p[i] for w, p in zip(weights, points, strict=True)) for i in (0, 1)
                    )
                )
        at = points[-1]
    return found


def test_the_text_has_one_line_an_edge():
    """Aligned, sorted as the nodes are, each kind with a shaft of its own."""
    view = flow("The chain", CHAIN, reversed(EDGES))

    assert view.text == (
        "The chain\n"
        "hook          --37--> filter        jump\n"
        "hook          ...2..> fell through  fall through\n"
        "filter        --23--> display       jump\n"
        "filter        ==14==> excluded      return\n"
        "filter        ...0..> fell through  fall through\n"
        "display       ==23==> shown         return"
    )
    assert ET.fromstring(view.html).findtext(".//pre") == view.text.partition("\n")[2]
    alt = ET.fromstring(view.html).find(".//img").get("alt")
    assert alt == "; ".join(" ".join(line.split()) for line in view.text.split("\n"))
    assert flow("The chain", CHAIN, EDGES) == view


@GRAPHS
def test_the_drawing_says_what_the_text_says(nodes, edges):
    """Every node has its box, and every edge leads from its box to its box and has its count."""
    view = flow("t", nodes, edges)
    where = boxes(view)
    lines = [
        re.fullmatch(r"(.+?) +\W{2,}(\d+)\W+> (.+?)  +\w.*", line)
        for line in view.text.split("\n")[1:]
    ]

    assert list(where) == [name for column in nodes for name in column]
    assert [n for _, _, n in counts(view)] == [line[2] for line in lines]
    for line, ((x0, y0), (x1, y1)) in zip(lines, ends(view), strict=True):
        assert x0 == where[line[1]][2] and where[line[1]][1] < y0 < where[line[1]][3]
        assert x1 == where[line[3]][0] and where[line[3]][1] < y1 < where[line[3]][3]


def test_edges_of_the_same_kind_are_added_up():
    """Those of another kind stay apart."""
    edges = [("a", "b", 2), ("a", "b", 3), ("a", "b", 1, "return")]
    assert flow("t", [["a"], ["b"]], edges).text == "t\na  --5--> b  jump\na  ==1==> b  return"


@GRAPHS
def test_nothing_overlaps_and_all_is_in_the_picture(nodes, edges):
    """Boxes and edges are apart, and no edge crosses a box on its way."""
    view = flow("t", nodes, edges)
    root = drawn(view)
    width, height = (int(root.get(key)) for key in ("width", "height"))
    for (a, b, c, d), (e, f, g, h) in combinations(boxes(view).values(), 2):
        assert c < e or g < a or d < f or h < b
    points = [point for pair in ends(view) for point in pair]
    assert min(abs(a[1] - b[1]) for a, b in combinations(points, 2) if a[0] == b[0]) >= 16
    lanes = [int(y) for path, _ in arrows(view) for y in re.findall(r"L\d+ (\d+)", path.get("d"))]
    assert all(abs(a - b) >= 16 for a, b in combinations(lanes, 2))
    for path, _ in arrows(view):
        for x, y in dots(path):
            assert 4 <= x <= width - 4 and 4 <= y <= height - 4
            assert not any(a < x < c and b < y < d for a, b, c, d in boxes(view).values())


def test_counts_of_a_chain_are_apart():
    """As in the lessons: with edges that fork, meet and pass below a column."""
    for one, two in combinations(counts(flow("t", CHAIN, EDGES)), 2):
        x, y = abs(one[0] - two[0]), abs(one[1] - two[1])
        assert y >= 14 or x >= 4 * (len(one[2]) + len(two[2])), (one, two)


def test_columns_run_from_left_to_right_and_a_chain_is_level():
    """The first nodes stand on one line, and the edges between them are straight."""
    view = flow("t", CHAIN, EDGES)
    where = boxes(view)

    left = [where[column[0]][0] for column in CHAIN]
    assert left == sorted(set(left))
    assert where["display"][0] == where["excluded"][0] == where["fell through"][0]
    assert where["display"][3] < where["excluded"][1] < where["fell through"][1]
    levels = {y for at in (0, 2, 5) for _, y in ends(view)[at]}
    assert len(levels) == 1
    assert ends(view)[1][1][1] > ends(view)[4][1][1]  # what passed below a column enters below


def test_each_kind_has_a_colour_a_line_and_a_head():
    """And a count of 0 is thin and grey, in the legend too."""
    view = flow("t", [["a"], ["b"]], [("a", "b", 9, kind) for kind in KINDS])
    looks = [
        (path.get("stroke"), path.get("stroke-dasharray") is not None, head.get("fill"))
        for path, head in arrows(view)
    ]
    assert len({colour for colour, _, _ in looks}) == 3
    assert [dashed for _, dashed, _ in looks] == [False, False, True]
    assert [fill != colour for colour, _, fill in looks] == [False, True, False]
    assert [text.text for text in drawn(view).iter(f"{SVG}text")][-3:] == list(KINDS)

    never = flow("t", [["a"], ["b"]], [("a", "b", 0)])
    assert arrows(never)[0][0].get("stroke") == "#808080"
    assert list(drawn(never).iter(f"{SVG}text"))[-1].text == "never"


def test_thickness_grows_with_the_logarithm():
    """Ten times as many is a little thicker; there is an end to it."""
    widths = []
    for count in (0, 1, 10, 100, 10**4, 10**6, 10**12, 10**18):
        path = arrows(flow("t", [["a"], ["b"]], [("a", "b", count)]))[0][0]
        widths.append(float(path.get("stroke-width")))
    assert widths[:6] == sorted(set(widths[:6]))
    assert widths[-1] == widths[-2] == 8.0


def test_an_end_is_round():
    """What nothing leaves and no jump reaches; a target of a jump is a program."""
    view = flow("t", [*CHAIN, ["last"]], [*EDGES, ("shown", "last", 1)])
    rects = drawn(view).iter(f"{SVG}rect")
    round_ = [n for n, rect in zip(boxes(view), rects, strict=True) if rect.get("rx") != "4"]
    assert round_ == ["excluded", "fell through"]


def test_a_node_without_an_edge_is_there():
    """In both forms; and nothing at all says so."""
    view = flow("t", [["a"], [], ["b", "lonely"]], [("a", "b", 1)])
    assert view.text.endswith("\nlonely  (no edge)")
    assert len(boxes(view)) == 3
    for nodes in ([], [[]]):
        assert flow("t", nodes, []).text == "t\nno programs"
        ET.fromstring(flow("t", nodes, []).html)


def test_long_and_wide_names_fit_their_boxes():
    """A long one is cut and says so, a wide one takes two columns a character."""
    view = flow("t", [["x" * 99], ["日本語日本語"]], [("x" * 99, "日本語日本語", 1)])
    assert "x" * 40 + "… (59 more)  --1--> 日本語日本語" in view.text
    long, wide = boxes(view).values()
    assert long[2] - long[0] >= 50 * 8
    assert wide[2] - wide[0] >= 12 * 8


def test_it_can_be_read_in_every_theme_and_scrolls():
    """An image with its own ground and dark text on it, in a box that scrolls and has a name."""
    view = flow("t", CHAIN, EDGES)
    root = drawn(view)
    assert "color:#1b1f24;background:#f6f8fa" in root.get("style")
    assert root.find(f"{SVG}g").get("fill") == "currentColor"
    assert {text.get("fill") for text in root.iter(f"{SVG}text")} == {None}
    assert {rect.get("fill") for rect in root.iter(f"{SVG}rect")} == {"#f6f8fa"}
    box = ET.fromstring(view.html).find("div")
    assert "overflow-x:auto" in box.get("style")
    assert (box.get("tabindex"), box.get("role"), box.get("aria-label")) == ("0", "group", "t")


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        (("a", "z", 1), "no node z"),
        (("z", "a", 1), "no node z"),
        (("a", "b", 1, "leap"), "cannot be leap, 1 times"),
        (("a", "b", -1), "cannot be jump, -1 times"),
        (("b", "a", 1), "from b to a does not lead to the right"),
        (("a", "b"), "cannot be \\('a', 'b'\\)"),
        (("a", "b", "7"), "cannot be"),
        (("a", "b", 1, "jump", 2), "cannot be"),
        (("a", "a", 1), "from a to a does not lead to the right"),
    ],
)
def test_an_edge_that_cannot_be_is_refused(edge, message):
    """No tuple of this form, no such node or kind, a negative count, or one that leads back."""
    with pytest.raises(LabError, match=message) as caught:
        flow("t", [["a"], ["b"]], [edge])
    assert caught.value.kind == "flow-edge"
