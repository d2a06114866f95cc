"""libbpf through ctypes, as far as no privilege is needed."""

import ctypes

import pytest

from bpflab import LabError
from bpflab.bindings import bpf, kernel_types, libbpf


@pytest.fixture
def fresh():
    """Let the library be looked for anew, before and after."""
    libbpf.library.cache_clear()
    yield
    libbpf.library.cache_clear()


def test_what_is_no_object_file_is_refused_without_a_word(capfd):
    """libbpf would print on fd 2; it is heard instead."""
    tried = libbpf.attempt(b"not an ELF at all", "nothing", bpf.STATISTICS)
    assert (tried.programs, tried.maps, tried.logs) == ([], [], {})
    assert tried.error > 0
    assert tried.warnings
    assert not any(line.startswith("libbpf:") for line in tried.warnings)
    assert capfd.readouterr() == ("", "")


def test_whoever_listened_before_listens_again():
    """BCC uses the same library, and may have set a function of its own."""
    heard = []

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
    def ours(level, form, values):
        heard.append(form)
        return 0

    lib = libbpf.library()
    before = lib.libbpf_set_print(ctypes.cast(ours, ctypes.c_void_p))
    try:
        libbpf.attempt(b"not an ELF at all", "nothing", bpf.STATISTICS)
        assert heard == []
        assert lib.libbpf_set_print(None) == ctypes.cast(ours, ctypes.c_void_p).value
    finally:
        lib.libbpf_set_print(before)


@pytest.mark.parametrize("missing", ["the library", "a function of it"])
def test_no_libbpf(fresh, monkeypatch, missing):
    """A machine without libbpf 1.x is told so; what it lacks is quoted."""

    class Old:
        """A library of another time."""

    def absent(name, **_):
        if missing == "the library":
            raise OSError(f"{name}: cannot open shared object file")
        return Old()

    monkeypatch.setattr(libbpf.ctypes, "CDLL", absent)
    with pytest.raises(LabError) as caught:
        libbpf.library()
    assert caught.value.kind == "no-libbpf"
    assert "libbpf" in caught.value.why


@pytest.mark.parametrize(("event", "count"), [("sys_enter", 2), ("sys_exit", 2), ("no_such", -1)])
def test_the_arguments_of_a_raw_tracepoint_are_counted(event, count):
    """The kernel's types have them."""
    assert kernel_types.arguments_of(event) == count
