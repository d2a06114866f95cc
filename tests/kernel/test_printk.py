"""The table of formats agrees with the kernel: bpf_trace_printk takes and refuses the same ones."""

import pytest

from bpflab import load
from tests.mistakes.test_checks import BAD, GOOD

TEXT = """\
int hook_%d(struct __sk_buff *skb)
{
\tchar word[] = "x";

\treturn bpf_trace_printk("a %s b"%s) < 0;
}
"""
SPECS = GOOD + BAD
LINES = TEXT.count("\n")


def hook(number, spec):
    """Return the function that prints with a format, and the value that it takes."""
    value = "" if spec == "%%" else ", word" if spec.endswith("s") else ", 1"
    return TEXT % (number, spec, value)


@pytest.fixture(scope="module")
def program():
    """Give a program of a function for each format: one compile serves all."""
    text = "".join(hook(number, spec) for number, spec in enumerate(SPECS))
    with load("formats", text=text, type="socket_filter") as program:
        yield program


@pytest.mark.parametrize("number", range(len(SPECS)), ids=SPECS)
def test_the_kernel_refuses_what_is_named(program, number, nothing_left):
    """With EINVAL; the warning is at its line."""
    bad = SPECS[number] in BAD
    assert program.invoke(f"hook_{number}") == bad
    lines = range(number * LINES + 1, (number + 1) * LINES + 1)
    own = [warning.kind for warning in program.warnings if warning.line in lines]
    assert own == ["printk-format"] * bad


def test_nothing_else_is_warned_of(program):
    """Each warning is of a format."""
    assert len(program.warnings) == len(BAD)
