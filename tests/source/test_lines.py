"""A source as one text, and the way back from each of its lines."""

import re

import pytest

from bpflab import source

LINE = re.compile(r'#line (\d+) "([^"]*)"$')
SKIPPING = re.compile(r"\s*#\s*(?:if 0|ifdef NOT_SET)\b")
CONDITIONAL = re.compile(r"\s*#\s*(if|ifdef|ifndef|else|endif)\b")
FUNCTION = "int hook(void *ctx)\n{\n\tif (ctx) {\n\t\treturn 1;\n\t}\n\treturn 0;\n}\n"


def preprocessed(text):
    """Return (file, line, text) of each line that a compiler would compile.

    It counts as a preprocessor does: a #line holds for the line behind it, and neither a comment
    nor a group that is left out can hold one.
    """
    file, number, comment, groups, out = "", 1, False, [], []
    for line in text.split("\n")[:-1]:
        skipped = any(groups)
        directive = None if comment else LINE.match(line)
        if directive and not skipped:
            number, file = int(directive[1]), directive[2]
            continue
        conditional = None if comment else CONDITIONAL.match(line)
        if conditional:
            word = conditional[1]
            if word == "endif":
                groups.pop()
            elif word == "else":
                groups[-1] = not groups[-1]
            else:
                groups.append(bool(SKIPPING.match(line)))
        if not skipped and not directive:
            out.append((file, number, line))
        for token in re.findall(r"/\*|\*/", line):
            comment = token == "/*"
        number += 1
    return out


def assert_every_line_maps_back(code, originals):
    """Compare each compiled line with the line that its file has at that number."""
    lines = preprocessed(code.text)
    assert lines
    for file, number, text in lines:
        assert originals[file].split("\n")[number - 1] == text, (file, number)
        assert code.place(file, number).text == text


def test_defines_become_flags():
    """Each macro is one -D flag, sorted by name, numbers as text; the text stays the same."""
    code = source.from_text(FUNCTION, defines={"SIZE": 16, "A": "x y"})
    assert code.flags == ["-DA=x y", "-DSIZE=16"]
    assert code.text == source.from_text(FUNCTION).text
    assert source.from_text(FUNCTION).flags == []


def test_every_line_of_many_files_maps_back(tree):
    """By a preprocessor's counting, each line of every file is at its own number."""
    files = {
        "bpf/include/base.h": "/*\n * What all share.\n */\nstruct base {\n\tint x;\n};\n",
        "bpf/include/more.h": '#include "base.h"\n\n\nstruct more {\n\tstruct base b;\n};\n',
        "bpf/topic/a.c": '// a\n#include "more.h"\n\n#include <linux/sched.h>\n\n' + FUNCTION,
        "bpf/topic/b.c": FUNCTION.replace("hook", "b") + '#include "base.h"\nint last;\n',
        "bpf/topic/c.c": "#define TWICE(x) do { \\\n\tuse(x); \\\n} while (0)\nint c;",
    }
    for name, text in files.items():
        tree(name.removeprefix("bpf/"), text)
    code = source.find("topic")
    assert_every_line_maps_back(code, files)
    compiled = {(file, number) for file, number, _ in preprocessed(code.text)}
    assert compiled == {(p.file, p.line) for p in code.lines}


def test_a_line_directive_follows_each_opening_brace():
    """BCC moves what follows a function's head; behind the brace the count is right again."""
    code = source.from_text(FUNCTION, "cell.c")
    assert_every_line_maps_back(code, {"cell.c": FUNCTION})
    rows = code.text.split("\n")
    for number, row in enumerate(rows):
        if row.endswith("{"):
            assert LINE.match(rows[number + 1])


@pytest.mark.parametrize(
    "text",
    [
        "/*\n * Like\n * struct x {\n * or {\n */\nint a;\nint b;\n",
        "#if 0\nint never(void)\n{\n\tif (1) {\n\t}\n}\n#endif\nint a;\nint b;\n",
        "#ifdef NOT_SET\nint f(void) {\n}\n#else\nint a;\n#endif\nint b;\n",
        "// {\nint a;\n",
    ],
    ids=["comment", "if 0", "else", "line comment"],
)
def test_a_brace_that_is_not_compiled_moves_no_line(text):
    """In a comment or a group left out #line is no directive, and must not be counted."""
    assert_every_line_maps_back(source.from_text(text, "cell.c"), {"cell.c": text})


def test_an_empty_source_can_be_listed(tree):
    """No line at all is a text, too."""
    tree("x.c", "")
    for code in (source.find("x"), source.from_text("")):
        assert code.listing() in ("", "\n")
        assert code.text == "\n"


def test_a_listing_is_the_file_as_written(tree):
    """The named file by default, any by its name; place() knows no line that is not there."""
    tree("include/a.h", "int a;\n\nint b;\n")
    tree("x.c", '#include "a.h"\nint c;\n')
    code = source.find("x")
    assert code.listing() == '#include "a.h"\nint c;\n'
    assert code.listing("bpf/include/a.h") == "int a;\n\nint b;\n"
    assert code.place("bpf/x.c", 1) is None
    assert code.place("bpf/x.c", 99) is None
    assert code.place("nosuch.c", 1) is None


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("int hook(void *ctx) { return 0; }\n", "bcc"),
        ('// as in SEC("tp")\nint hook(void *ctx) { return 0; }\n', "bcc"),
        ('SEC("tp/sched/sched_process_exec")\nint hook(void *ctx) { return 0; }\n', "libbpf"),
        ('/* as in\n SEC("tp")\n*/\nint hook(void *ctx) { return 0; }\n', "bcc"),
        ('int a;\n\tSEC("socket") int b(void *ctx) { return 0; }\n', "libbpf"),
        ('__weak SEC("socket") int b(void *ctx) { return 0; }\n', "libbpf"),
        ('struct {\n\tint (*type)[1];\n} counts SEC(".maps");\n', "libbpf"),
    ],
)
def test_a_section_tells_the_dialect(text, dialect):
    """Only a text for clang and libbpf names the section of its programs."""
    assert source.from_text(text).dialect == dialect


def test_the_lines_are_counted_as_the_learner_sees_them():
    """A #line that another tool left in the text does not count; one in a comment is text."""
    text = '#line 100 "other.c"\nint a;\n/*\n#line 7\n*/\n# 3 "x.c"\nint b;\n'
    code = source.from_text(text, "a.c")
    assert [line for line in code.text.split("\n") if "#" in line] == ['#line 1 "a.c"', "#line 7"]
    assert code.lines[6].line == 7
