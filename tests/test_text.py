"""What is shown of a name: nothing hidden, and of a missing one what is near."""

import unicodedata

import pytest

from bpflab.text import near, safe_text, width


def test_plain_text_stays():
    """What is visible already comes back as it was, in any script."""
    text = "/usr/bin/ls -l µ日本語\u3000\u00a0<&>'\" $x$"
    assert safe_text(text) == text


def test_bytes_that_are_utf8_are_decoded():
    """Bytes and the text that they encode look the same."""
    assert safe_text("Größe".encode()) == "Größe"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\xff/\xc3", "\\xff/\\xc3"),
        (b"\x1b[2J", "\\x1b[2J"),
        (b"a\nb\r\tc", "a\\nb\\r\\tc"),
        (b"a\0b", "a\\x00b"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("a\u2028b\u2066c\u200bd", "a\\u2028b\\u2066c\\u200bd"),
        ("\ud800", "\\ud800"),
        ("\x9b31m\x85", "\\x9b31m\\x85"),
        ("\U000e0041\ufeff", "\\U000e0041\\ufeff"),
    ],
)
def test_what_hides_or_acts_becomes_its_escape(raw, shown):
    """Controls, escapes, bidirectional overrides, surrogates and foreign bytes are spelled out."""
    assert safe_text(raw) == shown


def test_no_character_at_all_moves_a_cursor():
    """Over the whole of Unicode the result is printable, on one line, and encodes."""
    text = "".join(map(chr, range(0x110000)))

    shown = safe_text(text, len(text))

    assert {unicodedata.category(c)[0] for c in set(shown)} <= set("LMNPSZ")
    assert len(shown.splitlines()) == 1
    shown.encode("utf-8")


def test_a_cut_says_how_much_it_left_out():
    """A name over the limit is cut, and the rest is counted."""
    assert safe_text(b"x" * 5000) == "x" * 4096 + "… (904 more)"
    assert safe_text("x" * 4096) == "x" * 4096
    assert safe_text("abc", limit=1) == "a… (2 more)"


@pytest.mark.parametrize(
    ("name", "known", "fix"),
    [
        ("sean", ["seen", "dropped"], "Did you mean seen? There are seen, dropped."),
        ("sean", ["seen"], "Did you mean seen?"),
        ("x", ["seen", "dropped"], "There are seen, dropped."),
        ("x", ["seen"], "There is seen."),
        ("x", [], ""),
        ("sean", ["seen", *map(str, range(12))], "Did you mean seen?"),
    ],
)
def test_a_missing_name_brings_what_is_near_and_what_there_is(name, known, fix):
    """The near names come first; a long list is left out."""
    assert near(name, known) == fix


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("ls -l", 5), ("Größe", 5), ("日本", 4), ("\uff21", 2), ("e\u0301x\u20dd", 2)],
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text, columns):
    """An East Asian wide or full-width character has two columns, a mark on another none."""
    assert width(text) == columns
