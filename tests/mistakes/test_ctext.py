"""What a text calls things, read from its C."""

import pytest

from bpflab import source
from bpflab.mistakes import ctext

TEXT = """\
#define LENGTH 0x10
#define SAME LENGTH
struct event { u32 pid; char path[SAME]; };
BPF_ARRAY(table, struct event, 1);

static char names[4][8];

int hook(void *ctx)
{
	char buf[16], one, *pointer = 0;
	unsigned int n = 1;	/* char n[3]; */
	u64 *v = table.lookup(&n);
	bpf_probe_read_user(buf, sizeof(buf),
		(void *)1);
	return n;
}
"""
CODE = source.from_text(TEXT, "a.c")


@pytest.mark.parametrize(
    ("name", "size", "length", "line"),
    [
        ("buf", 1, 16, 10),
        ("one", 1, 0, 10),
        ("pointer", 8, 0, 10),
        ("n", 4, 0, 11),
        ("v", 8, 0, 12),
        ("e->path", 1, 16, 3),
        ("names", 8, 4, 6),
    ],
)
def test_a_declaration_says_size_and_length(name, size, length, line):
    """Through macros, among others on one line, and of a field; comments are no declarations."""
    found = ctext.variable(CODE, name)
    assert (found.size, found.length, found.place.line) == (size, length, line)


@pytest.mark.parametrize("name", ["nothing", "event", "hook", "return", "a + b", ""])
def test_what_is_no_variable_is_not_found(name):
    """A struct, a function and an expression are none."""
    assert ctext.variable(CODE, name) is None


def test_a_variable_is_the_last_one_above():
    """Two functions may each have one of that name."""
    code = source.from_text("void f()\n{\n\tint a;\n}\nvoid g()\n{\n\tlong a;\n}\n", "a.c")
    assert ctext.variable(code, "a", code.lines[3]).type == "int"
    assert ctext.variable(code, "a", code.lines[7]).type == "long"


def test_a_statement_goes_on_until_its_parentheses_are_closed():
    """A call over two lines has all its arguments."""
    text = ctext.statement(CODE, CODE.lines[12])
    assert ctext.calls(text, "bpf_probe_read_user") == [
        ("bpf_probe_read_user", ["buf", "sizeof(buf)", "(void *)1"])
    ]


def test_a_comma_in_parentheses_or_text_parts_no_arguments():
    """Only those between the arguments do."""
    assert ctext.calls('f(a(1, 2), ",", b)', "f") == [("f", ["a(1, 2)", '","', "b"])]
    assert ctext.calls("f(a, b", "f") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("return ctx->args[i] != 0;", [("ctx->args", "i")]),
        ("e->path[n - 1] = x[y[2]];", [("e->path", "n - 1"), ("x", "y[2]"), ("y", "2")]),
        ("char buf[16] = {};", []),
        ('puts("a[1]");', []),
    ],
)
def test_what_is_indexed_and_by_what(text, found):
    """A declaration and a text index nothing."""
    assert ctext.indexed(text) == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("u64 *v = seen.lookup(&k);", "v"),
        ("if ((v = seen.lookup(&k)))", "v"),
        ("v = 3;", "v"),
        ("*v = 3;", ""),
        ("e->pid = 3;", ""),
        ("return v == 3;", ""),
    ],
)
def test_the_variable_that_a_statement_sets(text, name):
    """What a pointer points to is none."""
    assert ctext.assigned(text) == name


def test_the_lines_of_a_function():
    """From its head to its last brace; a call of it is not its definition."""
    assert [p.line for p in ctext.body(CODE, "hook")] == list(range(8, 17))
    assert ctext.body(CODE, "bpf_probe_read_user") == []
