"""Warnings: one for each mistake, at the learner's line, in words."""

import pytest

from bpflab import source
from bpflab.mistakes.warned import warnings

TEXT = """\
struct event { u32 pid; char *path; };
BPF_HASH(seen, struct key, u64);
int hook(void *ctx)
{
\tstruct key k;
\tk.pid = 1;
\tseen.increment(k);
\tchar comm[16] = {};
\treturn comm == "a\\n";
}
"""
COMPARED = """\
mine.c:9:14: warning: comparison against a string literal is unspecified [-Wstring-compare]
\treturn comm == "a\\n";
\t            ^  ~~~~~
1 warning generated.
"""
KEY = {"names": ["pid", "ts"], "formats": ["u4", "u8"], "offsets": [0, 8], "itemsize": 16}


def found(text, printed="", **facts):
    """Return the warnings of a text in which the compiler found what is *printed*."""
    return warnings(source.from_text(text, "mine.c"), printed, **facts)


def test_a_warning_has_its_line_its_neighbours_and_the_compiler_s_words():
    """Its log is its own part of what was printed."""
    other = "mine.c:3:5: warning: something else [-Wother]\nint hook(void *ctx)\n    ^\n"
    first, second = found(TEXT, COMPARED.replace("1 warning generated.\n", other))
    assert (first.kind, first.line, second.kind, second.line) == ("warning", 3, "string-compare", 9)
    assert first.message == "The compiler says: something else."
    assert first.log == other.rstrip()
    assert second.log.startswith("mine.c:9:14") and "Wother" not in second.log
    assert [place.line for place in second.lines] == [7, 8, 9, 10]
    assert "in a loop" in second.fix  # an escape is no letter


def test_a_header_s_warnings_are_not_the_learner_s():
    """Nobody who reads a lesson can change them."""
    assert found(TEXT, COMPARED.replace("mine.c", "include/linux/kernel.h")) == ()
    assert found(TEXT, COMPARED.replace("mine.c:9", "mine.c:900")) == ()


def test_the_same_words_twice_are_two_lines():
    """And one on each line."""
    again = COMPARED + COMPARED.replace(":9:", ":8:")
    assert [warning.line for warning in found(TEXT, again)] == [8, 9]


def test_a_pointer_of_an_event_is_named_at_its_field():
    """Its column would show an address; without an event nothing is said."""
    (warning,) = found(TEXT, fields={"events": [("pid", "u32"), ("path", "char *")]})
    assert (warning.kind, warning.line) == ("pointer-field", 1)
    assert found(TEXT, fields={"events": [("pid", "u32"), ("path", "void *")]}) == ()
    assert found(TEXT) == ()


def test_a_key_with_padding_is_named_where_it_is_declared():
    """With the line where it is used."""
    (warning,) = found(TEXT, keys={"seen": KEY})
    assert (warning.kind, warning.line) == ("padding", 5)
    assert [(place.line, what) for place, what in warning.also] == [
        (7, "It is a key of seen here.")
    ]
    assert "4 bytes" in warning.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("struct key k;", "struct key k = {};"),
        ("k.pid = 1;", "k = other;"),
        ("k.pid = 1;", "__builtin_memset(&k, 0, sizeof(k));"),
        ("k.pid = 1;", "bpf_probe_read_kernel(&k, sizeof(k), ctx);"),
        ("k.pid = 1;", "struct key *p = &k;"),
        ("seen.increment(k);", "others.increment(k);"),
        ("struct key k;", "/* struct key k; */"),
    ],
)
def test_a_key_that_may_be_cleared_is_not_named(old, new):
    """Where it is not certain nothing is said."""
    assert found(TEXT.replace(old, new), keys={"seen": KEY}) == ()


def test_a_key_without_padding_is_not_named():
    """All its bytes are fields."""
    assert found(TEXT, keys={"seen": {**KEY, "formats": ["u8", "u8"]}}) == ()
    assert found(TEXT, keys={"seen": "u8"}) == ()
