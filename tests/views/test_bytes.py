"""Buffers and where each of their bytes comes from, against a model of the kernel's copy."""

import random
import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise

import pytest

from bpflab import LabError
from bpflab.views.bytes import grid, leftovers_start, origins

SIGNS = {"string": "s", "nul": "0", "zeroed": "z", "left over": "#", "never written": "."}
HOSTILE = ["<script>alert(1)</script>", "\" onload='x' &amp;", "\x1b[2J\u202e\n\x85", "\ud800", ""]


class Buffer:
    """The kernel's side of bpf_probe_read_user_str, and who wrote each byte last."""

    def __init__(self, size):
        self.bytes = bytearray(size)
        self.wrote = [0] * size
        self.reads = 0

    def put(self, at, data):
        """Write *data*, in the name of this read."""
        self.bytes[at : at + len(data)] = data
        self.wrote[at : at + len(data)] = [self.reads] * len(data)

    def read(self, source, size=None):
        """Read a string, or nothing where *source* is None; return what the helper does."""
        self.reads += 1
        size = len(self.bytes) if size is None else size
        if source is None:
            self.put(0, bytes(size))
            return -14
        user = source + b"\0" + b"garbage behind the NUL " * 9
        at = self.strncpy_from_user(user, size)
        if at >= size:
            self.put(size - 1, b"\0")
            return size
        return at + 1

    def strncpy_from_user(self, user, size):
        """By words while eight bytes are left, masking what follows the NUL; then by bytes."""
        at = 0
        while size - at >= 8:
            word = user[at : at + 8]
            if 0 in word:
                end = word.index(0)
                self.put(at, word[:end] + bytes(8 - end))
                return at + end
            self.put(at, word)
            at += 8
        while at < size:
            self.put(at, user[at : at + 1])
            if user[at] == 0:
                return at
            at += 1
        return at


def wrote(*strings, size=64):
    """Return the buffer before and after the last of *strings* was read, and the length."""
    buffer = Buffer(size)
    for string in strings:
        before = bytes(buffer.bytes)
        length = buffer.read(string)
    return bytes(buffer.bytes), length, before


def signs(*args):
    """Return origins as one sign a byte."""
    return "".join(SIGNS[origin] for origin in origins(*args))


def test_origins_agree_with_the_kernels_copy():
    """Nothing is claimed that did not happen, over random series of strings."""
    rng = random.Random(3)
    seen = Counter()
    for _ in range(3000):
        buffer = Buffer(rng.randint(1, 48))
        for _ in range(rng.randint(1, 5)):
            before = bytes(buffer.bytes)
            source = bytes(rng.choices(b"abc/", k=rng.randint(0, 56)))
            length = buffer.read(None if rng.random() < 0.1 else source)
            now = bytes(buffer.bytes)
            found = origins(now, length, before)
            assert len(found) == len(now)
            for at, origin in enumerate(found):
                here, earlier = buffer.wrote[at] == buffer.reads, buffer.wrote[at] > 0
                if 0 <= at < length:
                    assert origin == ("nul" if at == length - 1 else "string")
                elif length < 0:
                    assert (origin, here) == ("zeroed", True)
                elif now[at]:
                    assert (origin, here, earlier) == ("left over", False, True)
                elif before[at]:
                    assert (origin, here) == ("zeroed", True)
                else:
                    assert origin != "zeroed" or here
                    assert origin != "left over" or (earlier and not here)
                    assert origin == "never written" or earlier
                seen[origin] += 1
    assert min(seen[origin] for origin in SIGNS) > 500, seen


def test_the_word_of_the_nul_is_cleared_and_the_rest_left():
    """The bug of the lesson: a long path, then a short one."""
    assert signs(*wrote(b"/usr/lib/locale/C.utf8", b"/etc/host")) == (
        "sssssssss0zzzzzz######" + "." * 42
    )


def test_a_nul_that_ends_its_word_clears_nothing():
    """And one that starts a word clears the seven after it."""
    assert signs(*wrote(b"x" * 20, b"y" * 7, size=24)) == "sssssss0############...."
    assert signs(*wrote(b"x" * 20, b"y" * 8, size=24)) == "ssssssss0zzzzzzz####...."
    assert signs(*wrote(b"x" * 20, b"", size=24)) == "0zzzzzzz############...."


def test_the_first_string_of_a_fresh_buffer_leaves_the_rest_unwritten():
    """What the kernel clears there was 0 before: nobody can tell."""
    assert signs(*wrote(b"abc", size=16)) == "sss0............"


def test_a_zero_between_left_overs_is_left_over():
    """It is the NUL of a string in between; in the word of the new NUL it was cleared again."""
    assert signs(*wrote(b"x" * 40, b"y" * 17, b"z", size=48)) == (
        "s0zzzzzz" + "#" * 16 + "#" * 16 + "." * 8
    )
    assert signs(*wrote(b"x" * 20, b"yyyy", b"zz", size=24)) == "ss0zzzzz############...."


def test_without_before_the_left_overs_still_show():
    """They are not 0; what lies before them was reached by an earlier string."""
    now, length, before = wrote(b"x" * 20, b"yy", size=24)
    assert signs(now, length) == signs(now, length, before) == "ss0zzzzz############...."
    assert signs(now, length, before.rstrip(b"\0")) == signs(now, length, before)


def test_the_last_bytes_of_an_uneven_buffer_are_copied_one_by_one():
    """There is no whole word there, so nothing after the NUL is cleared."""
    assert signs(*wrote(b"x" * 12, b"y" * 9, size=13)) == "sssssssss0##."
    assert signs(b"ab\0cd\0\0\0", 3, b"xxxcd\0\0\0") == "ss0##..."
    assert signs(b"ab\0\0d\0\0\0", 3, b"xxx\0d\0\0\0") == "ss0##..."


def test_a_failed_read_clears_the_whole_buffer():
    """The helper fills all that it was given with zeros."""
    assert signs(*wrote(b"x" * 20, None, size=24)) == "z" * 24
    assert signs(b"\0\0\0\0\0\0\0\0ab", -14, b"abcdefghab") == "zzzzzzzz##"


def test_a_string_that_was_cut_fills_the_buffer():
    """With a NUL as its last byte; where a reader left none there, all is string."""
    now, length, before = wrote(b"x" * 99, size=16)
    assert length == 16
    assert signs(now, 17, before) == signs(now, 16, before) == "s" * 15 + "0"
    assert signs(b"x" * 16, 17) == "s" * 16


def test_nothing_read_is_nothing_of_this_string():
    """A length of 0 wrote nothing, and an empty buffer has no origins."""
    assert signs(b"ab\0\0", 0, b"ab\0\0") == "##.."
    assert origins(b"", 5) == []


def test_what_a_program_cleared_itself_is_zeroed():
    """Also beyond the word: it held something, and holds nothing now."""
    assert signs(b"a\0" + bytes(14), 2, b"x" * 12 + bytes(4)) == "s0zzzzzzzzzz...."
    assert signs(b"a\0" + bytes(13) + b"x", 2, b"x" * 16) == "s0zzzzzzzzzzzzz#"


def test_where_left_overs_start():
    """The offset of the first, or None."""
    assert leftovers_start(origins(*wrote(b"x" * 20, b"yy"))) == 8
    assert leftovers_start(origins(*wrote(b"x" * 20))) is None
    assert leftovers_start([]) is None


def shown(*strings, size=64, **options):
    """Return the grid of one buffer."""
    now, length, before = wrote(*strings, size=size)
    return grid(now, origins(now, length, before), "After a short path", **options)


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
        ". never written: 0 before and now, as an earlier string's NUL is"
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
        shown(LONG, b"y", size=61, width=8),
        grid(buffer, origins(buffer, 33), "all bytes", width=24, rows=99),
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


def test_several_values_stand_under_each_other():
    """Each with its name and its own sentence; one legend for all."""
    buffers = {"cpu 0": wrote(LONG, b"a"), "cpu 1": wrote(b"b"), "cpu 2": wrote(LONG, None)}
    found = {name: origins(*parts) for name, parts in buffers.items()}
    view = grid({name: parts[0] for name, parts in buffers.items()}, found, "A value a CPU")

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
    assert (
        "4 bytes of this string, no NUL, nothing left over"
        in grid(b"abcd", ["string"] * 4, "t").text
    )
    assert grid(b"", [], "t").text == "t\n\nan empty buffer"
    assert ET.fromstring(grid({}, {}, "t").html) is not None


def test_each_origin_has_a_colour_a_line_and_a_sign():
    """Three cues, of which two are no colour; the legend has those that occur, and only those."""
    every = list(SIGNS)
    html = grid(b"abcde", every, "t").html
    looks = dict(zip(every, re.findall(r'<span style="([^"]*)" title', html), strict=True))
    assert len(set(looks.values())) == 5
    plain = {re.sub(r"background:rgba\([^)]*\)|#\w{6}", "", look) for look in looks.values()}
    assert len(plain) == 5
    for origin, sign in SIGNS.items():
        assert re.search(rf">\s{re.escape(sign)}\s</span> <strong>{origin}</strong>", html)
        assert f"{sign} {origin}: " in grid(b"abcde", every, "t").text
    assert "left over" not in grid(b"a", ["string"], "t").html.split("<ul")[1]


def test_a_word_boundary_has_a_rule_of_its_own():
    """Each eight bytes have a cell, with a border, and a head that names them."""
    html = shown(LONG, b"x").html
    assert ">bytes 0 to 7</th>" in html and ">8 to 15</th>" in html
    row = ET.fromstring(html).find(".//tbody/tr[2]")
    assert [len("".join(cell.itertext()).split()) for cell in row.findall("td")[:2]] == [8, 8]
    assert all("border-left" in cell.get("style") for cell in row.findall("td"))


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_and_bytes_are_only_text(name):
    """In the title, as a value's name, and as the bytes themselves."""
    raw = name.encode("utf-8", "surrogatepass") + bytes(range(256))
    view = grid({name: raw}, {name: origins(raw, 3)}, name, rows=99)
    for side in (view.html, view.text):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]", side)
    assert "<script" not in view.html
    text, html = facts(view)
    assert text == html
    assert "".join(line[1] for line in text) == raw.hex()
    assert {node.tag for node in ET.fromstring(view.html).iter()} <= {
        *("div", "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "em"),
        *("ul", "li", "strong"),
    }


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
    """A width that is no word, origins of other bytes, an origin that there is not."""
    for width in (0, -8, 4, 12):
        with pytest.raises(LabError, match=f"cannot have {width} bytes") as caught:
            grid(b"a", ["string"], "t", width=width)
        assert caught.value.kind == "grid-width"
    for values, found in (
        (b"ab", ["string"]),
        (b"a", ["heaven"]),
        ({"cpu 0": b"a"}, {"cpu 1": ["string"]}),
    ):
        with pytest.raises(LabError, match="do not fit") as caught:
            grid(values, found, "t")
        assert caught.value.kind == "grid-origins"
