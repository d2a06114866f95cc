"""What libbpf finds among the kernel's own types."""

import pytest

from bpflab.bindings import kernel_types


@pytest.mark.parametrize(("event", "count"), [("sys_enter", 2), ("sys_exit", 2), ("no_such", -1)])
def test_the_arguments_of_a_raw_tracepoint_are_counted(event, count):
    """The kernel's types have them."""
    assert kernel_types.arguments_of(event) == count
