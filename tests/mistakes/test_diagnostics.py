"""What a compiler printed, as data."""

from bpflab import source
from bpflab.mistakes.compiler.diagnostics import parse

TEXT = '#include "x.h"\nint hook(void *ctx)\n{\n\tlong a = 1, b = 2;\n\treturn a / b;\n}\n'
SOURCE = source.Source("a.c", source.from_text(TEXT.replace('"x.h"', "<x.h>"), "a.c").lines)


def one(printed):
    """Return the only error of *printed*."""
    (found,) = parse(SOURCE, printed)
    return found


def test_an_error_has_its_line_its_excerpt_and_its_option():
    """And its column, and what is underlined."""
    found = one(
        "a.c:5:11: error: odd [-Werror,-Wodd]\n        return a / b;\n               ~ ^ ~\n"
        "1 error generated.\n"
    )
    assert (found.severity, found.text, found.option) == ("error", "odd", "-Wodd")
    assert (found.place.line, found.column) == (5, 11)
    assert found.excerpt.strip() == "return a / b;"
    assert found.marked == "a"
    assert not found.inside


def test_the_gutter_of_a_newer_compiler_is_no_text():
    """Since clang 17 a number and a bar stand in front of the line."""
    printed = "a.c:1:9: error: odd\n    5 |         return a / b;\n      |                ~ ^ ~\n"
    assert one(printed).place.line == 5
    assert one(printed).excerpt.split() == ["return", "a", "/", "b;"]


def test_an_error_in_a_header_is_of_the_line_that_includes_it():
    """The file that is named first is the learner's."""
    found = one(
        "In file included from a.c:1:\nIn file included from /usr/include/x.h:3:\n"
        "/usr/include/y.h:78:83: error: unknown type name '__u64'\n"
    )
    assert (found.place.line, found.inside, found.file) == (1, True, "/usr/include/y.h")
    after = parse(SOURCE, "a.c:5:2: error: odd\n/usr/include/y.h:7:8: error: odd\n")
    assert [fault.place is None for fault in after] == [False, True]


def test_a_note_belongs_to_the_error_above():
    """With the learner's line, if it names one."""
    found = one(
        "a.c:5:9: error: use of undeclared identifier 'x'; did you mean 'a'?\n"
        "        return x / b;\n"
        "               ^\n"
        "a.c:4:7: note: 'a' declared here\n        long a = 1, b = 2;\n             ^\n"
        "/usr/include/x.h:3:1: note: expanded from here\n"
    )
    match, note = found.note(r"'(\w+)' declared here")
    assert (match[1], note.place.line) == ("a", 4)
    assert found.note("expanded")[1].place is None
    assert found.note("nothing") is None


def test_llvm_names_its_line_in_three_ways():
    """In front, at the end of the first line of its graph, and in a note of clang's."""
    front = "error: a.c:5:11: in function hook i32 (i8*): A call to built-in function 'x' is\n"
    assert (one(front).place.line, one(front).function) == (5, "hook")
    end = "LLVM ERROR: Cannot select: 0x1: i64 = sdiv 0x2, 0x3, a.c:5:11\n  0x2: i64 = x, a.c:4:7\n"
    assert (one(end).place.line, one(end).text[:13]) == (5, "Cannot select")
    note = (
        "a.c:2:5: error: stack limit\nint hook(void *ctx)\n    ^\n"
        "a.c:2:5: note: could not determine the original source location for a.c:4:7\n"
        "a.c:2:5: note: could not determine the original source location for a.c:5:7\n"
    )
    assert one(note).place.line == 4
    assert one("LLVM ERROR: Unsupported dynamic stack allocation\n").place is None


def test_warnings_are_told_from_errors():
    """In their order; a sum of them is neither."""
    found = parse(
        SOURCE, "a.c:4:7: warning: odd\na.c:5:2: fatal error: odd\n1 warning generated.\n"
    )
    assert [fault.severity for fault in found] == ["warning", "error"]
