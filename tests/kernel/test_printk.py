"""The table of formats agrees with the kernel: bpf_trace_printk takes and refuses the same ones."""

import pytest

from bpflab import load, result
from tests.mistakes.test_checks import BAD, GOOD

TEXT = """\
int hook(struct __sk_buff *skb)
{
\tchar word[] = "x";

\treturn bpf_trace_printk("a %s b"%s) < 0;
}
"""


@pytest.mark.parametrize("spec", GOOD + BAD)
def test_the_kernel_refuses_what_is_named(spec, nothing_left, capfd):
    """With EINVAL, and nothing is printed."""
    value = "" if spec == "%%" else ", word" if spec.endswith("s") else ", 1"
    with load("formats", text=TEXT % (spec, value), type="socket_filter") as program:
        assert result(program, "hook") == (spec in BAD)
        assert [warning.kind for warning in program.warnings] == ["printk-format"] * (spec in BAD)
