"""The panel of a refusal: every row, in both forms, and nothing in it acts."""

import xml.etree.ElementTree as ET

import pytest

from bpflab import LabError, Place
from bpflab.views.refusal import refusal

STACK = LabError(
    "stack",
    "hook needs 584 bytes of stack.",
    place=Place("bpf/first_map/cut.c", 18, "\tchar path[512];  "),
    why="A program has 512 bytes.",
    fix="Keep the path in a map.",
    log="the compiler's whole text",
)


def rows(view):
    """Return (name, text) of each row of the HTML, once all of it has parsed."""
    return [
        tuple("".join(cell.itertext()) for cell in row)
        for row in ET.fromstring(view.html).iter("tr")
    ]


def head(view):
    """Return the caption of the HTML."""
    return "".join(ET.fromstring(view.html).find(".//caption").itertext())


def test_every_row_is_there_in_both_forms():
    """What, where with the line itself, why, and what to try; the log is not shown."""
    view = refusal(STACK)

    assert rows(view) == [
        ("what", "hook needs 584 bytes of stack."),
        ("where", "bpf/first_map/cut.c:18    char path[512];"),
        ("why", "A program has 512 bytes."),
        ("try", "Keep the path in a map."),
    ]
    assert head(view) == "✗ Refused: stack"
    assert view.text == (
        "✗ Refused: stack\n"
        "what   hook needs 584 bytes of stack.\n"
        "where  bpf/first_map/cut.c:18 char path[512];\n"
        "why    A program has 512 bytes.\n"
        "try    Keep the path in a map."
    )
    assert "compiler" not in view.html + view.text


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ({}, ["what"]),
        ({"place": Place("a.c", 1)}, ["what", "where"]),
        ({"why": "so"}, ["what", "why"]),
        ({"fix": "do"}, ["what", "try"]),
    ],
)
def test_a_row_that_has_nothing_to_say_is_left_out(parts, names):
    """In both forms."""
    view = refusal(LabError("kind", "Something.", **parts))

    assert [name for name, _ in rows(view)] == names
    assert [line.split()[0] for line in view.text.split("\n")[1:]] == names


def test_the_title_stands_before_the_kind():
    """In both forms."""
    view = refusal(STACK, "Your program was refused")

    assert head(view) == view.text.split("\n")[0] == "✗ Your program was refused: stack"


def test_lines_of_a_row_stay_lines_in_html_only():
    """A row is one line of the text."""
    view = refusal(LabError("kind", "One.", fix="first\n  next\tthird"))

    assert rows(view)[1] == ("try", "first\n  next  third")
    assert view.text == "✗ Refused: kind\nwhat   One.\ntry    first next third"


def test_rows_name_themselves():
    """Each has a header cell, and the table is captioned: it can be read aloud."""
    root = ET.fromstring(refusal(STACK).html)

    assert [cell.get("scope") for cell in root.iter("th")] == ["row"] * 4
    assert len(list(root.iter("caption"))) == 1


def test_the_same_refusal_gives_the_same_view():
    """No id and no clock."""
    assert refusal(STACK) == refusal(STACK)
