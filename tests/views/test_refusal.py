"""The panel of a refusal: every row, in both forms, and nothing in it acts."""

import sys
import xml.etree.ElementTree as ET

import pytest

from bpflab import source
from bpflab.errors import LabError, Place
from bpflab.views.refusal import refusal, warning

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


TEXT = """\
BPF_HASH(seen, u32, u64);
/* one */
/* two */
int hook(void *ctx)
{
\tu32 pid = 3;
\tu64 *v = seen.lookup(&pid);


\t/* <much> */


\t*v += 1;
\treturn 0;
}
"""


def null_check():
    """Return a refusal with two lines, and the lines around them."""
    code = source.from_text(TEXT, "mine.c")
    error = LabError(
        "null-check",
        "v may be NULL.",
        place=code.place("mine.c", 13),
        also=[(code.place("mine.c", 7), "This lookup may\nreturn NULL.")],
        log="\n".join(f"{n}: (95) exit <{n}>" for n in range(300)),
    )
    error.lines = code.around(error)
    return error


def listed(view):
    """Return the lines of the listing."""
    (box,) = (pre for pre in ET.fromstring(view.html).iter("pre") if pre.find("code") is not None)
    return [line.rstrip() for line in "".join(box.itertext()).rstrip("\n").split("\n")]


def test_the_lines_around_are_shown_and_those_of_the_fault_marked():
    """Two above and two below each, numbered, with the words that belong to a line below it."""
    view = refusal(null_check())
    assert listed(view) == [
        "    5  {",
        "    6          u32 pid = 3;",
        "•   7          u64 *v = seen.lookup(&pid);",
        "               ↑ This lookup may return NULL.",
        "    8",
        "    9",
        "    ⋯",
        "   11",
        "   12",
        "►  13          *v += 1;",
        "   14          return 0;",
        "   15  }",
    ]
    assert [name for name, _ in rows(view)] == ["what", "where"]
    assert view.text.split("\n")[2:] == [
        "where  mine.c:13 *v += 1;",
        "also   mine.c:7 u64 *v = seen.lookup(&pid); This lookup may return NULL.",
    ]


def test_lines_of_several_files_stand_below_the_file_s_name():
    """A fault in one file, and its reason in another."""
    error = null_check()
    error.also = ((Place("b.h", 2, "#define X 1"), "X is 1."),)
    error.lines = (*error.lines, error.also[0][0])
    assert [line for line in listed(refusal(error)) if "⋯" in line] == [
        "    ⋯  mine.c",
        "    ⋯",
        "    ⋯  b.h",
    ]


def test_a_place_that_the_lines_do_not_have_is_written_out():
    """Then nothing is left out: a place and its words are rows."""
    error = null_check()
    error.lines = error.lines[:3]
    assert [name for name, _ in rows(refusal(error))] == ["what", "where", "also"]


def test_the_log_is_one_click_away_and_its_ends_are_shown():
    """Only where it is asked for; of a long one the middle is left out, and said where it is."""
    assert "details" not in refusal(null_check()).html
    root = ET.fromstring(refusal(null_check(), log=True).html)
    (details,) = root.iter("details")
    assert "".join(details.find("summary").itertext()) == "The whole log: 300 lines"
    lines = "".join(details.find("pre").itertext()).split("\n")
    assert (lines[0], lines[-1]) == ("0: (95) exit <0>", "299: (95) exit <299>")
    assert len(lines) == 203
    assert "100 lines are left out" in lines[61] and "sys.last_value.log" in lines[61]
    assert "details" not in refusal(LabError("kind", "Something."), log=True).html


def test_a_warning_is_told_from_a_refusal_by_its_words_too():
    """Not by the colour alone."""
    view = warning(null_check())
    assert head(view) == view.text.split("\n")[0] == "⚠ Warning: null-check"


def test_a_refusal_of_the_verifier_leads_to_its_walk(monkeypatch):
    """Where a reader is, and `verifier` finds this one; and in no output that is compared."""
    look = ("look", "from bpflab import verifier; verifier()")
    error = LabError("null-check", "It may be NULL.", log="R0 invalid\nprocessed 7 insns (limit 1)")
    for last in (error, STACK):
        monkeypatch.setattr(sys, "last_value", last, raising=False)
        assert (rows(refusal(last, log=True))[-1] == look) == (last is error)
    assert "verifier()" not in refusal(error, log=True).text

    monkeypatch.setattr(sys, "last_value", error)
    assert "look   from bpflab import verifier" in refusal(error, log=True).text
    assert "verifier()" not in refusal(error).html
    monkeypatch.setattr("bpflab.views.refusal.watched", lambda: True)
    assert rows(refusal(error))[-1] == look


def test_a_kernels_own_words_are_not_in_what_is_stored(monkeypatch):
    """They differ between kernels: a reader sees them, and the panel that ends a cell has them."""
    error = LabError("null-check", "p may be NULL.", kernel="R0 may be NULL here.", log="log")

    assert "R0 may be NULL" not in refusal(error).html + refusal(error).text
    assert "R0 may be NULL" in refusal(error, log=True).html
    monkeypatch.setattr("bpflab.views.refusal.watched", lambda: True)
    assert "kernel R0 may be NULL here." in refusal(error).text
    assert ("kernel", "R0 may be NULL here.") in rows(refusal(error))
