"""Functions that no program can call, and what to write instead."""

import pytest

from bpflab import source
from bpflab.bindings import kallsyms
from bpflab.mistakes import library

BCC = source.from_text("int hook(void *ctx) { return 0; }\n", "a.c")
LIBBPF = source.from_text('SEC("socket")\nint hook(void *ctx) { return 0; }\n', "a.c")


@pytest.fixture(autouse=True)
def symbols(monkeypatch, tmp_path):
    """Give the kernel one function."""
    (tmp_path / "kallsyms").write_text("0000000000000000 T vfs_read\n", encoding="ascii")
    monkeypatch.setattr(kallsyms, "SYMBOLS", tmp_path / "kallsyms")


def test_a_function_of_c_has_its_advice():
    """In the words of the text's dialect."""
    assert "bpf_trace_printk(" in library.fault(BCC, "printf", None).fix
    assert "bpf_printk(" in library.fault(LIBBPF, "printf", None).fix
    assert "__builtin_memset" in library.fault(BCC, "memset", None).fix


def test_what_the_compiler_does_not_inline_is_not_advised():
    """Only memcpy, memset and memmove have a __builtin_ form that becomes instructions."""
    for name in ("printf", "strlen", "strcmp", "malloc", "__builtin_strlen", "__builtin_memset"):
        assert "__builtin_str" not in library.advice(BCC, name)
        assert "__builtin_mem" not in library.advice(BCC, name)


def test_a_function_of_the_kernel_is_known_by_its_symbol():
    """A name that neither C nor the kernel has is not explained."""
    assert "of the kernel" in library.fault(BCC, "vfs_read", None).message
    assert library.fault(BCC, "vfs_raed", None) is None


def test_each_advice_is_a_sentence():
    """No gap is left in it."""
    for name in library._ADVICE:
        advice = library.advice(BCC, name)
        assert advice.endswith((".", ";")) and "{print}" not in advice and "{name}" not in advice
