"""What several machines printed, side by side."""

import re
import xml.etree.ElementTree as ET

import pytest

from bpflab.views.side_by_side import Side, side_by_side

OLD = ["Hooks", "hook  preempted", "----  ---------", "raw   no", "perf  no", "end"]
NEW = [
    "Hooks",
    "hook  preempted",
    "----  ----------------",
    "raw   yes, 7 of 600",
    "perf  no",
    "end",
]


def body(view):
    """Return the text's lines below the names."""
    return view.text.partition("\n\n")[2].splitlines()


def test_common_lines_stand_once_and_others_by_column():
    """Those that printed the same share a column, in the order in which they come."""
    view = side_by_side("t", [Side("a", OLD), Side("b", NEW), Side("c", OLD)], "A note.")
    assert view.text.splitlines() == [
        "t: 1 of 6 lines differs",
        "A  a",
        "   c",
        "B  b",
        "",
        "   Hooks",
        "   hook  preempted",
        "   ----  ---------",
        "A≠ raw   no",
        "B≠ raw   yes, 7 of 600",
        "   perf  no",
        "   end",
        "A note.",
    ]


def test_blanks_make_no_difference():
    """Nor does the rule below a table's heads: both are as wide as the widest cell of a column."""
    wide = ["hook      n", "--------  -", "raw       1", "", "end"]
    view = side_by_side(
        "t", [Side("a", ["hook n", "---- -", "raw  1", "", "end"]), Side("b", wide)]
    )
    assert view.text.splitlines()[:3] == ["t: No line differs", "A  a", "   b"]
    assert side_by_side("t", [Side("a", ["x"])]).text.splitlines()[0] == "t"


def test_lines_that_belong_together_are_found():
    """A line that only one has moves nothing; where counts differ each column's stay together."""
    assert body(side_by_side("t", [Side("a", ["1", "3"]), Side("b", ["0", "1", "2", "3"])])) == [
        *("B≠ 0", "   1", "B≠ 2", "   3"),
    ]
    told = ["count may be NULL", "  where  3", "  why  it may"]
    assert body(side_by_side("t", [Side("a", told), Side("b", ["accepted"])])) == [
        *(f"A≠ {line}" for line in told),
        "B≠ accepted",
    ]
    pairs = [Side("a", ["x 1", "y 1"]), Side("b", ["x 2", "y 2"]), Side("c", ["x 3", "y 2"])]
    assert body(side_by_side("t", pairs)) == [
        "A≠  x 1",
        "B≠  x 2",
        "C≠  x 3",
        "A≠  y 1",
        "BC≠ y 2",
    ]


def test_nothing_to_show():
    """No side, and a side that printed nothing."""
    assert side_by_side("t", [], "note").text == "t\n\nnote"
    assert body(side_by_side("t", [Side("a", []), Side("b", ["x"])])) == ["B≠ x"]


def test_the_page_says_the_same():
    """A column has a head with all names; a row that differs says so in a word, others span all."""
    root = ET.fromstring(side_by_side("t", [Side("a", OLD), Side("b", NEW), Side("c", OLD)]).html)
    assert [[div.text for div in th] for th in root.findall(".//thead//th")] == [
        ["A", "a", "c"],
        ["B", "b"],
    ]
    rows = ["|".join("".join(cell.itertext()) for cell in row) for row in root.find(".//tbody")]
    assert rows[3] == "≠ differs|raw   no|raw   yes, 7 of 600"
    assert rows[4] == "|perf  no"
    assert {td.get("colspan") for td in root.iter("td")} == {None, "2"}


@pytest.mark.parametrize(
    ("lines", "bold"),
    [
        (["  raw <b>", "  raw yes"], ["&lt;b&gt;", "yes"]),
        (["raw no  1 x", "raw yes 1 x"], ["no", "yes"]),
        (["raw no  1 x", "raw yes 2 x"], ["no  1", "yes 2"]),
        (["raw  whole  1", "raw  lost, mixed  1"], ["whole", "lost, mixed"]),
        (["raw no", "raw yes, 7 of 600"], []),
        (["a", "b", "a"], []),
    ],
)
def test_words_that_differ_are_bold(lines, bold):
    """Where a row's lines have as many cells, or words, as each other."""
    sides = [Side(str(at), [line]) for at, line in enumerate(lines)]
    found = re.findall(
        r"<strong>([^<]+)</strong>", side_by_side("t", sides).html.partition("<tbody>")[2]
    )
    assert found == bold
