"""Buffers in hex and text, each byte marked with its origin, in both forms."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest

from bpflab import LabError
from bpflab.views import grid
from bpflab.views.origins import leftovers_start, origins
from tests.views.test_origins import SIGNS, wrote


def shown(*strings, size=64, **options):
    """Return the grid of one buffer."""
    now, length, before = wrote(*strings, size=size)
    return grid(now, "After a short path", length=length, before=before, **options)


LONG = b"/usr/share/locale/en_GB.UTF-8/libc.mo"


def test_the_text_has_offset_hex_characters_and_a_row_of_signs():
    """And a summary before it, a legend after it."""
    assert shown(LONG, b"/etc/host").text == (
        "After a short path\n"
        "\n"
        "9 bytes of this string, NUL at 9, left over from offset 16 to 36\n"
        "   0  2f 65 74 63 2f 68 6f 73 | 74 00 00 00 00 00 00 00  /etc/host·······\n"
        "      s  s  s  s  s  s  s  s  | s  0  z  z  z  z  z  z\n"
        "  16  65 2f 65 6e 5f 47 42 2e | 55 54 46 2d 38 2f 6c 69  e/en_GB.UTF-8/li\n"
        "      #  #  #  #  #  #  #  #  | #  #  #  #  #  #  #  #\n"
        "  32  62 63 2e 6d 6f 00 00 00 | 00 00 00 00 00 00 00 00  bc.mo···········\n"
        "      #  #  #  #  #  .  .  .  | .  .  .  .  .  .  .  .\n"
        "  48  00 00 00 00 00 00 00 00 | 00 00 00 00 00 00 00 00  ················\n"
        "      .  .  .  .  .  .  .  .  | .  .  .  .  .  .  .  .\n"
        "\n"
        "s string: this string\n"
        "0 nul: its NUL\n"
        "z zeroed: cleared when this string was read\n"
        "# left over: of an earlier string\n"
        ". never written: 0 before and now; an earlier string's NUL looks the same"
    )


def facts(view):
    """Return (offset, hex, characters, signs) of each line, from the text and from the HTML."""
    text = []
    for line, under in pairwise(view.text.split("\n")):
        if found := re.match(r" +(\d+)  ((?:[0-9a-f]{2}(?: \| | |$))+)", line):
            marks = re.sub(r"[ |]", "", under)
            digits = re.sub(r"[ |]", "", found[2])[: 2 * len(marks)]
            # Spaces at a line's end are cut; where the hex is short, its column is filled.
            chars = line[len(under) + 3 :]
            chars = chars.lstrip() if len(marks) % 8 else chars
            text.append((found[1], digits, chars.ljust(len(marks)), marks))
    table = ET.fromstring(view.html)
    html = []
    for row in table.iter("tr"):
        cells = ["".join(cell.itertext()) for cell in row]
        if len(cells) > 2 and row.find("td") is not None:
            body = "".join(cells[1:-2]).replace(" ", "")
            html.append((cells[0], body, cells[-2], cells[-1].replace(" ", "")))
    return text, html


def test_the_html_says_what_the_text_says():
    """Line for line; it parses as XML, so it is balanced."""
    buffer = bytes(range(1, 250)) + b"\0" * 70
    for view in (
        shown(LONG, b"/etc/host"),
        shown(LONG, b"y", size=61),
        grid(buffer, "all bytes", length=33, rows=99),
    ):
        text, html = facts(view)
        assert text == html
        assert text
        for line in view.text.split("\n"):
            if "…" in line or "this string," in line:
                assert line.strip().split("  ")[-1] in "".join(ET.fromstring(view.html).itertext())


def test_every_byte_is_shown_or_counted():
    """Lines of one byte are one line; what the lines do not hold is named by origin."""
    fresh = shown(b"abc", size=512).text
    assert "\n  16  … 496 bytes, each 00, never written\n" in fresh

    path = bytes(33 + at % 90 for at in range(300))
    few = shown(path, b"/etc/host", size=512, rows=2).text
    assert "\n  32  … 480 bytes not shown: 268 left over, 212 never written\n" in few
    assert "not shown" not in shown(path, b"x", size=512, rows=99).text
    assert "… 512 bytes not shown" in shown(path, size=512, rows=0).text
    one_more = shown(path[:50], size=64, rows=3)  # a line that says so would take as much room
    assert "not shown" not in one_more.text
    assert "… 496 bytes, each 61, string" in shown(b"a" * 600, size=512).text


def test_a_string_ends_at_its_first_nul_where_no_length_is_given():
    """As `bpf_probe_read_user_str` would have returned; without a NUL the string was cut."""
    now, length, before = wrote(LONG, b"/etc/host")
    assert grid(now, "t", before=before) == grid(now, "t", length=length, before=before)
    assert grid(now, "t", length=length) == grid(now, "t")
    assert "12 bytes of this string, no NUL" in grid(b"x" * 12, "t").text


def test_what_was_there_before_is_of_each_buffer_or_of_all():
    """A byte that is 0 now was zeroed only where it was not 0."""
    now, before = b"a\0" + bytes(14), b"x" * 16
    one = grid({"one": now, "other": now}, "t", before={"one": before})
    assert one.text.count("z  z") == grid(now, "t", before=before).text.count("z  z") > 0
    assert "z  z" not in grid(now, "t").text
    both = grid({"one": now, "other": now}, "t", before=before)
    assert both.text.count("z  z") == 2 * one.text.count("z  z")


def test_it_says_where_left_overs_begin():
    """As a number: the lowest one of all buffers, or None."""
    now, length, before = wrote(LONG, b"/etc/host")
    start = leftovers_start(origins(now, length, before))
    assert grid(now, "t", before=before).left_over_from == start == 16
    earlier = wrote(LONG, b"a")[0]
    assert grid({"clean": b"ab\0\0", "at 16": now, "at 8": earlier}, "t").left_over_from == 8
    assert grid(b"ab\0\0", "t").left_over_from is None


def test_several_values_stand_under_each_other():
    """Each with its name and its own sentence; one legend for all."""
    buffers = {"cpu 0": wrote(LONG, b"a"), "cpu 1": wrote(b"b"), "cpu 2": wrote(LONG, None)}
    now, length, before = ({name: parts[at] for name, parts in buffers.items()} for at in range(3))
    view = grid(now, "A value a CPU", length=length, before=before)

    for said in (
        "cpu 0: 1 byte of this string, NUL at 1, left over from offset 8 to 36",
        "cpu 1: 1 byte of this string, NUL at 1, nothing left over",
        "cpu 2: 0 bytes of this string, 64 zeroed, nothing left over",
    ):
        assert view.text.split("\n").count(said) == 1
        assert f">{said}</th>" in view.html
    assert view.text.count("string: this string") == 1
    assert view.html.count("<tbody") == 3


def test_a_sentence_for_a_string_without_a_nul_and_for_no_buffer():
    """Both can happen, and neither is an error."""
    assert "4 bytes of this string, no NUL, nothing left over" in grid(b"abcd", "t").text
    assert grid(b"", "t").text == "t\n\nan empty buffer"
    assert ET.fromstring(grid({}, "t").html) is not None


def test_each_origin_has_a_colour_a_line_and_a_sign():
    """Three cues, of which two are no colour; the legend has those that occur, and only those."""
    every = list(SIGNS)
    html = grid(b"abcde", "t", origins=every).html
    looks = dict(zip(every, re.findall(r'<span style="([^"]*)" title', html), strict=True))
    assert len(set(looks.values())) == 5
    plain = {re.sub(r"background:rgba\([^)]*\)|#\w{6}", "", look) for look in looks.values()}
    assert len(plain) == 5
    for origin, sign in SIGNS.items():
        assert re.search(rf">\s{re.escape(sign)}\s</span> <strong>{origin}</strong>", html)
        assert f"{sign} {origin}: " in grid(b"abcde", "t", origins=every).text
    assert "left over" not in grid(b"a", "t", origins=["string"]).html.split("<ul")[1]


def test_a_word_boundary_has_a_rule_of_its_own():
    """Each eight bytes have a cell, with a border, and a head that names them."""
    html = shown(LONG, b"x").html
    assert ">bytes 0 to 7</th>" in html and ">8 to 15</th>" in html
    row = ET.fromstring(html).find(".//tbody/tr[2]")
    assert [len("".join(cell.itertext()).split()) for cell in row.findall("td")[:2]] == [8, 8]
    assert all("border-left" in cell.get("style") for cell in row.findall("td"))


def test_the_box_scrolls_and_has_a_name():
    """With the keyboard, too."""
    root = ET.fromstring(shown(b"a").html)
    assert "overflow-x:auto" in root.get("style")
    assert (root.get("tabindex"), root.get("role")) == ("0", "group")
    assert root.get("aria-label") == "After a short path"


def test_the_same_bytes_give_the_same_view():
    """No random id and no clock."""
    assert shown(LONG, b"x") == shown(LONG, b"x")


def test_what_does_not_fit_is_refused():
    """Origins of other bytes, or an origin that there is not."""
    for values, found in (
        (b"ab", ["string"]),
        (b"a", ["heaven"]),
        ({"cpu 0": b"a"}, {"cpu 1": ["string"]}),
    ):
        with pytest.raises(LabError, match="do not fit") as caught:
            grid(values, "t", origins=found)
        assert caught.value.kind == "grid-origins"


def test_the_bytes_may_be_of_other_origins_than_those_of_a_string():
    """Each in its own looks, with its sign, and said in the legend and in the heads."""
    by = ["other"] * 8 + ["writer"] * 8
    meanings = {"writer": "of the one", "other": "of the <other>"}
    view = grid(
        {"both": b"o" * 8 + b"w" * 8}, "Who wrote it", origins={"both": by}, meanings=meanings
    )
    assert view.text == (
        "Who wrote it\n"
        "\n"
        "both: 8 bytes of writer, 8 bytes of other\n"
        "  0  6f 6f 6f 6f 6f 6f 6f 6f | 77 77 77 77 77 77 77 77  oooooooowwwwwwww\n"
        "     o  o  o  o  o  o  o  o  | w  w  w  w  w  w  w  w\n"
        "\n"
        "w writer: of the one\n"
        "o other: of the <other>"
    )
    text, html = facts(view)
    assert text == html
    assert "of the &lt;other&gt;" in view.html
    assert view.html.count('title="other, from offset 0"') == 1
    styles = re.findall(r'<span style="([^"]+)" title="(\w+),', view.html)
    assert len({style for style, _ in styles}) == len(styles) == 2


@pytest.mark.parametrize("meanings", [{"writer": "", "window": ""}, dict.fromkeys("abcde", "")])
def test_origins_that_cannot_be_told_apart_are_refused(meanings):
    """By their signs, or as there are no more looks."""
    with pytest.raises(LabError) as caught:
        grid(b"", "t", origins=[], meanings=meanings)
    assert caught.value.kind == "grid-origins"
