"""What the running kernel says of the arguments of its tracepoints."""

import pytest

from bpflab.bindings import kernel_types
from bpflab.data import prototypes

pytestmark = pytest.mark.skipif(
    not prototypes.TYPES.exists(), reason="this kernel was built without its types (BTF)"
)


def test_a_raw_tracepoint_has_the_arguments_that_libbpf_counts():
    """Of each of them, and without the first, which is the kernel's own."""
    known = prototypes.raw_tracepoints()
    assert "sched_switch" in known and "sys_enter" in known
    some = sorted(known)[:20]
    found = prototypes.of_raw_tracepoints(*some, "no_such_event")
    assert {name: len(each) for name, each in found.items()} == {
        name: kernel_types.arguments_of(name) for name in some
    }
    (regs, number) = prototypes.of_raw_tracepoints("sys_enter")["sys_enter"]
    assert regs == ("regs", "struct pt_regs *") and number[1].startswith("long")


def test_a_function_with_any_number_of_arguments_has_those_that_have_a_name():
    """What stands for the others has neither a name nor a type."""
    found = prototypes.of_functions("seq_printf", "no_such_function")
    assert found == {"seq_printf": [("m", "struct seq_file *"), ("f", "const char *")]}


def test_a_kernel_without_types_says_nothing(monkeypatch, tmp_path):
    """No error."""
    monkeypatch.setattr(prototypes, "TYPES", tmp_path / "none")
    assert prototypes.raw_tracepoints() == set()
    assert prototypes.of_raw_tracepoints("sys_enter") == {}
